import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { runCheck, runTestFile } from './test-file.ts'

const LIMIT_MS = 30_000
const never = new AbortController().signal

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-test-file-'))
})
after(() => rm(folder, { recursive: true }))

async function planted(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.test.mjs`)
  await writeFile(path, `import { suite, test } from 'node:test'\n${text}`)
  return path
}

async function tallyOf(name: string, text: string, limitMs = LIMIT_MS) {
  return runTestFile(await planted(name, text), { limitMs, signal: never })
}

test('passed, failed and skipped tests are counted, those of a suite one by one', async () => {
  const { tally, output } = await tallyOf(
    'counts',
    `test('one', () => {})
     test('two', () => { throw new Error('the reason') })
     test('three', { skip: 'no engine' }, () => {})
     suite('four', () => { test('five', () => {}); test('six', () => {}) })`,
  )
  assert.deepEqual(tally, { passed: 3, failed: 1, skipped: ['three (no engine)'] })
  assert.match(output, /the reason/)
})

test('a file that holds no test has failed', async () => {
  const { tally, output } = await tallyOf('empty', `console.log('done')`)
  assert.deepEqual(tally, { passed: 0, failed: 1, skipped: [] })
  assert.match(output, /holds no test/)
})

test('a file that cannot be loaded has failed, and says why', async () => {
  const { tally, output } = await tallyOf('broken', `import './nowhere.mjs'`)
  assert.equal(tally.failed, 1)
  assert.match(output, /ERR_MODULE_NOT_FOUND/)
})

test('a file that ends badly after its tests has failed', async () => {
  const text = `test('one', () => {}); process.on('exit', () => { process.exitCode = 3 })`
  const { tally, output } = await tallyOf('exit', text)
  assert.deepEqual({ ...tally }, { passed: 1, failed: 1, skipped: [] })
  assert.match(output, /ended with exit code 3/)
})

/** Refuses to end, and starts a process that would outlive it and holds its output open. */
const STUBBORN = `
  import { spawn } from 'node:child_process'
  process.on('SIGTERM', () => {})
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    stdio: 'inherit',
  })
  console.log('child', child.pid)`

test('a file over its time limit is killed with all that it started', async () => {
  const text = `${STUBBORN}\ntest('hangs', () => new Promise(() => {}))`
  const { tally, output } = await tallyOf('hangs', text, 1000)
  assert.equal(tally.failed, 1)
  assert.match(output, /ran into the limit of 1000 ms/)
  assertGone(output)
})

test('what a test file leaves behind is ended', async () => {
  const text = `${STUBBORN}\nchild.unref()\ntest('one', () => {})`
  const { tally, output } = await tallyOf('leaves', text)
  assert.equal(tally.passed, 1)
  assertGone(output)
})

test('a stopped run kills the file', async () => {
  const stop = new AbortController()
  const file = await planted('stopped', `test('hangs', () => new Promise(() => {}))`)
  const result = runTestFile(file, { limitMs: LIMIT_MS, signal: stop.signal })
  stop.abort()
  assert.match((await result).output, /stopped/)
})

for (const [code, passed] of [
  [0, 1],
  [1, 0],
] as const) {
  test(`a check that ends with exit code ${code} counts ${passed} as passed`, async () => {
    const limits = { name: 'check', limitMs: LIMIT_MS, signal: never }
    const { tally } = await runCheck(['-e', `process.exit(${code})`], limits)
    assert.deepEqual(tally, { passed, failed: 1 - passed, skipped: [] })
  })
}

function assertGone(output: string): void {
  const pid = Number(/child (\d+)/.exec(output)?.[1])
  assert.ok(pid > 1)
  assert.equal(commandLine(pid), '')
}

/** Empty once a process has ended, even if nobody has reaped it yet. */
function commandLine(pid: number): string {
  const path = `/proc/${pid}/cmdline`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
