/**
 * `npm test`, `npm run demo` and the like: prepares the machine, then runs the task's TypeScript
 * under Node 24. Arguments are passed through; standard output belongs to the task alone. The
 * scripts of package.json begin with `exec`: else npm's shell would keep signals to itself.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { provide } from './apt.js'
import { findNode, install, say } from './bootstrap.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * @typedef {object} Task
 * @property {string} main what runs under Node 24
 * @property {readonly import('./apt.js').Need[]} [needs] of the machine
 * @property {string} [packages] a folder with packages of its own
 */

/** @type {Record<string, Task>} */
const TASKS = {
  test: {
    main: 'tools/run-tests.ts',
    needs: ['openssl', 'go', 'sumdb', 'chromium', 'postgresql', 'slapd', 'glewlwyd', 'strace'],
  },
  check: { main: 'tools/check.ts' },
  build: { main: 'tools/build.ts' },
  demo: { main: 'demo/main.ts', needs: ['openssl'] },
  bench: { main: 'tools/run-bench.ts', packages: 'bench' },
  fuzz: { main: 'tools/run-fuzz.ts', needs: ['postgresql'] },
  faults: { main: 'tools/run-faults.ts', needs: ['strace'] },
  conformance: { main: 'test/conformance/mcp/main.ts', packages: 'test/conformance/mcp' },
  'train:reviewer': { main: 'tools/reviewer/train.ts' },
  mutants: { main: 'tools/run-mutants.ts', packages: 'test/mutation' },
}

/**
 * @param {Task} task
 * @param {readonly string[]} args
 */
function start(task, args) {
  install(ROOT)
  if (task.packages && existsSync(join(ROOT, task.packages, 'package-lock.json'))) {
    install(join(ROOT, task.packages))
  }
  provide(task.needs ?? [])
  const node = findNode(ROOT)
  const bin = join(ROOT, 'node_modules', '.bin')
  const path = [dirname(node), bin, process.env.PATH ?? ''].join(delimiter)
  return spawn(node, [join(ROOT, task.main), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function follow(child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  })
}

const [name = '', ...args] = process.argv.slice(2)
const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined
if (task === undefined) {
  say(`unknown task \`${name}\`: one of ${Object.keys(TASKS).join(', ')}`)
  process.exitCode = 2
} else {
  try {
    follow(start(task, args))
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
