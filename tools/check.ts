/** `npm run check`: what must hold for all of the code. A line for each step, and why if not. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'

const ROOT = resolve(import.meta.dirname, '..')

interface Step {
  readonly name: string
  /** A script for Node, and its arguments. */
  readonly run: readonly [script: string, ...args: string[]]
}

const CRUISER = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'
const FOLDERS = ['src', 'console', 'test', 'tools', 'scripts', 'demo', 'bench', 'examples', 'bin']

const STEPS: readonly Step[] = [
  { name: 'types', run: ['node_modules/typescript-native/lib/tsc.js', '-b'] },
  { name: 'lint', run: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'imports', run: [CRUISER, ...FOLDERS.filter(isThere), '--output-type', 'err-long'] },
  { name: 'diagram', run: ['tools/import-diagram.ts', '--check'] },
  { name: 'tidy', run: ['tools/tidy.ts'] },
  { name: 'docs', run: ['tools/docs.ts', '--check'] },
]

function isThere(path: string): boolean {
  return existsSync(resolve(ROOT, path))
}

async function check({ name, run }: Step): Promise<boolean> {
  const started = performance.now()
  const { code, output } = await node(run)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}  ${seconds} s`)
  if (code !== 0) console.log(output.trimEnd())
  return code === 0
}

function node(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  return new Promise((settle, reject) => {
    child.on('error', reject)
    child.on('close', (code) => settle({ code, output }))
  })
}

const present = STEPS.filter(({ run: [script] }) => isThere(script))
const results = await Promise.all(present.map(check))
process.exitCode = results.every(Boolean) ? 0 : 1
