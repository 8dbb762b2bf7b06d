/**
 * `npm test [-- PATTERN…]`: the house checks as one counted test, then every test file. A pattern
 * keeps the files whose path contains it (`check` is the checks). The last line is
 * `N passed, N failed`; the exit code is 0 only if tests ran and none failed.
 */
import { glob } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { type FileResult, runCheck, runTestFile } from './test-file.ts'

/** Every test file must end within this time, or it is killed with all that it started. */
const FILE_TIME_LIMIT_MS = 180_000
const CHECK = 'check'
/** Where Node keeps what it made of our sources: a third of the time of a short process. */
const COMPILE_CACHE = resolve(import.meta.dirname, '..', '.build', 'compile-cache')
const TESTS = '{src,test,tools,scripts,demo,examples,bench}/**/*.test.ts'

/** Two at the least, since tests wait for processes; four at the most, since some measure order. */
const CONCURRENCY = Math.min(4, Math.max(2, availableParallelism()))

async function main(patterns: readonly string[]): Promise<void> {
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  const wanted = (name: string) =>
    patterns.length === 0 || patterns.some((pattern) => name.includes(pattern))
  const limits = { limitMs: FILE_TIME_LIMIT_MS, signal: stopped.signal }
  const results: FileResult[] = []
  const note = (result: FileResult) => {
    results.push(result)
    report(result)
  }
  // Alone and first: it writes the compiled output and wants both processors.
  if (wanted(CHECK)) note(await runCheck(['tools/check.ts'], { name: CHECK, ...limits }))
  const files = (await testFiles()).filter(wanted)
  const work = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      if (stopped.signal.aborted) return
      note(await runTestFile(file, limits))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  summarise(results, stopped.signal.aborted)
}

async function testFiles(): Promise<string[]> {
  const exclude = (path: string) => path.includes('node_modules')
  const files: string[] = []
  for await (const file of glob(TESTS, { exclude })) files.push(file)
  return files.sort()
}

function report({ name, tally, elapsedMs, output }: FileResult): void {
  const seconds = (elapsedMs / 1000).toFixed(1)
  const verdict = tally.failed === 0 ? 'ok  ' : 'FAIL'
  console.log(`${verdict} ${name}  ${tally.passed} passed, ${tally.failed} failed, ${seconds} s`)
  if (tally.failed > 0) console.log(output.trimEnd().replaceAll(/^/gm, '     | '))
}

function summarise(results: readonly FileResult[], stopped: boolean): void {
  const sum = (count: (result: FileResult) => number) =>
    results.reduce((total, result) => total + count(result), 0)
  const passed = sum(({ tally }) => tally.passed)
  const failed = sum(({ tally }) => tally.failed)
  for (const { name, tally } of results) {
    for (const test of tally.skipped) console.log(`skipped: ${name}: ${test}`)
  }
  for (const { name, tally } of results) if (tally.failed > 0) console.log(`failed: ${name}`)
  if (stopped) console.log('stopped by a signal: what had not begun was not run')
  if (results.length === 0) console.log('no test matches')
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 || stopped ? 1 : 0
}

await main(process.argv.slice(2))
