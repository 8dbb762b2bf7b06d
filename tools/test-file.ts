import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

/** What a failing test file may print before its beginning is cut off. */
export const OUTPUT_LIMIT_BYTES = 200_000

const REPORTER = resolve(import.meta.dirname, 'tally-reporter.ts')

export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Names of the tests that did not run, with the reason. */
  readonly skipped: readonly string[]
}

export interface FileResult {
  readonly name: string
  readonly tally: Tally
  readonly elapsedMs: number
  /** Standard output and error as they came, the end of them if there is much. */
  readonly output: string
}

export interface Limits {
  readonly limitMs: number
  /** Aborting kills the file's processes. */
  readonly signal: AbortSignal
}

/** Runs one test file by itself. What it started and left behind ends with it. */
export async function runTestFile(file: string, limits: Limits): Promise<FileResult> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-tally-'))
  try {
    const tallyFile = join(folder, 'tally.jsonl')
    const reporters = [
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${REPORTER}`, `--test-reporter-destination=${tallyFile}`],
    ]
    const run = await runNode([...reporters, file], limits)
    const tally = readTally(await readFile(tallyFile, 'utf8').catch(() => ''))
    return { name: file, elapsedMs: run.elapsedMs, ...judge(tally, run) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Runs a script whose exit code is the verdict, and counts it as one test. */
export async function runCheck(
  args: readonly string[],
  { name, ...limits }: Limits & { name: string },
): Promise<FileResult> {
  const run = await runNode(args, limits)
  const passed = run.ending === 'ok' ? 1 : 0
  const tally = { passed, failed: 1 - passed, skipped: [] }
  return { name, elapsedMs: run.elapsedMs, ...judge(tally, run) }
}

/** A file that ends badly, or holds no test, has failed whatever its tests say. */
function judge(tally: Tally, run: Run): Pick<FileResult, 'tally' | 'output'> {
  const ran = tally.passed + tally.failed + tally.skipped.length
  const problem = run.ending === 'ok' ? (ran === 0 ? 'holds no test' : undefined) : run.ending
  if (problem === undefined) return { tally, output: run.output }
  const failed = Math.max(1, tally.failed)
  return { tally: { ...tally, failed }, output: `${run.output}\n${problem}` }
}

function readTally(lines: string): Tally {
  const tests = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { verdict: string; name: string })
  const of = (verdict: string) => tests.filter((test) => test.verdict === verdict)
  return {
    passed: of('passed').length,
    failed: of('failed').length,
    skipped: of('skipped').map((test) => test.name),
  }
}

interface Run {
  /** `ok`, or what went wrong. */
  readonly ending: string
  readonly output: string
  readonly elapsedMs: number
}

function runNode(args: readonly string[], { limitMs, signal }: Limits): Promise<Run> {
  const started = performance.now()
  // A process group of its own, so that whatever the test starts can be ended with it.
  const child = spawn(process.execPath, args, {
    detached: true,
    // Under another node:test, the file would report to it instead of to its reporters.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT_BYTES)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  let cut = ''
  const cutShort = (reason: string) => {
    cut ||= reason
    killGroup(child.pid)
  }
  const timer = setTimeout(() => cutShort(`ran into the limit of ${limitMs} ms`), limitMs)
  const onAbort = () => cutShort('stopped')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  return new Promise((settle, reject) => {
    child.on('error', reject)
    child.on('exit', () => killGroup(child.pid))
    child.on('close', (code, ended) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      const ending = cut || (code === 0 ? 'ok' : `ended with ${ended ?? `exit code ${code}`}`)
      settle({ ending, output, elapsedMs: performance.now() - started })
    })
  })
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    // ESRCH: every process of the group has ended by itself, as it should.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
