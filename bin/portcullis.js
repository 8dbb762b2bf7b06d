#!/usr/bin/env node
/**
 * Starts the command line under Node 24. Plain JavaScript for Node 20: an older Node reads this,
 * and runs the rest by the Node that came as a package.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NODE_MAJOR = 24
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
const USAGE = 2

/** The sources in a clone, where `dist` may be old; the package ships `dist` alone. */
function entry() {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const source = join(root, 'src', 'cli', 'main.ts')
  return existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js')
}

/** @returns {string | undefined} the Node binary among the packages */
function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${NODE_PACKAGE}/package.json`)
    return join(dirname(manifest), 'bin', 'node')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return
    throw error
  }
}

/** @param {string} node */
function startUnder(node) {
  const child = spawn(node, [entry(), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`\`${node}\` cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? USAGE) : 128 + constants.signals[signal]
  })
}

/** @param {string} why */
function fail(why) {
  const cure = `install Node ${NODE_MAJOR} or newer, or the package \`${NODE_PACKAGE}\``
  process.stderr.write(`portcullis: ${why}\n  ${cure}\n`)
  process.exitCode = USAGE
}

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  process.argv[1] = entry()
  await import(pathToFileURL(entry()).href)
} else {
  const node = bundledNode()
  if (node === undefined) fail(`Node ${process.versions.node} is too old`)
  else startUnder(node)
}
