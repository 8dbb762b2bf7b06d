/**
 * One engine with one workload, in a process of its own: no engine runs on code that another has
 * warmed up, or beside its heap. Takes a `Task` as JSON, answers with a `Measured` as JSON.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import type { Loaded } from './engine.ts'
import { type Timing, timingOf } from './timing.ts'
import { workloadOf } from './workloads.ts'

export interface Task {
  readonly workload: string
  readonly engine: string
  /** Spent on warming up, on single decisions, and on the rate. */
  readonly milliseconds: number
  /** File with a `+` or `-` for each request, as Portcullis decides it; absent: make it. */
  readonly answers?: string
}

export interface Measured {
  readonly timing: Timing
  readonly loadMs: number
  readonly heapMb: number
  /** Requests decided before measuring, and how many of them came out otherwise. */
  readonly compared: number
  readonly differing: number
  /** A `+` or `-` for each request, when they were not given. */
  readonly answers?: string
}

/** Comparing answers goes on this long at most: the slowest engines take a second for ten. */
const COMPARED_WITHIN = 2_000

async function main(task: Task): Promise<Measured> {
  const workload = workloadOf(task.workload)
  const engine = workload.engines.find(({ name }) => name === task.engine)
  if (engine === undefined) throw new Error(`no engine \`${task.engine}\``)
  const { load } = await engine.prepare()
  const before = await heap()
  const begun = performance.now()
  const loaded = await load()
  const loadMs = performance.now() - begun
  const heapMb = ((await heap()) - before) / 1e6
  const found = compare(loaded, workload.requests, task.answers)
  const timing = timingOf(loaded, workload.requests, task)
  return { timing, loadMs, heapMb, ...found }
}

function compare({ decide }: Loaded, requests: number, file?: string) {
  const expected = file === undefined ? undefined : readFileSync(file, 'utf8')
  const until = performance.now() + COMPARED_WITHIN
  let answers = ''
  while (answers.length < requests && (expected === undefined || performance.now() < until))
    answers += decide(answers.length) ? '+' : '-'
  const compared = answers.length
  if (expected === undefined) return { compared, differing: 0, answers }
  const differing = [...answers].filter((answer, index) => answer !== expected[index]).length
  return { compared, differing }
}

/** What is in use after a collection: JavaScript's heap and what lies beside it, as wasm does. */
async function heap(): Promise<number> {
  await setImmediate()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}'))))
