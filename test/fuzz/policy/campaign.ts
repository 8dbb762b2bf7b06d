import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Batch, BatchReport, CampaignName } from './batch.ts'
import type { Counts } from './tally.ts'
import { add } from './tally.ts'

/** A batch that takes longer hangs, and that is a finding. */
const BATCH_LIMIT_MS = 120_000

export interface CampaignReport {
  readonly campaign: CampaignName
  readonly seed: number
  readonly cases: number
  readonly seconds: number
  readonly counts: Counts
  readonly failures: readonly CampaignFailure[]
}

export interface CampaignFailure {
  /** Runs the batch that failed first of all: `--seed SEED --cases 1`. */
  readonly seed: number
  readonly text: string
}

export interface Plan {
  readonly campaign: CampaignName
  readonly seed: number
  readonly cases: number
}

/** Runs batches on all processors until there are as many cases, or one of them fails. */
export async function runCampaign({ campaign, seed, cases }: Plan): Promise<CampaignReport> {
  const begun = performance.now()
  const counts: Counts = {}
  const failures: CampaignFailure[] = []
  let done = 0
  let next = seed
  const work = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    while (done < cases && failures.length === 0) {
      const batch: Batch = { campaign, seed: next++ }
      const report = await reportOf(worker, batch)
      done += report.cases
      add(counts, report.counts)
      if (report.failure !== undefined) failures.push({ seed: batch.seed, text: report.failure })
      progress(campaign, done, cases)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const seconds = (performance.now() - begun) / 1000
  return { campaign, seed, cases: done, seconds, counts, failures }
}

async function reportOf(worker: Worker, batch: Batch): Promise<BatchReport> {
  worker.postMessage(batch)
  try {
    const [report] = await once(worker, 'message', { signal: AbortSignal.timeout(BATCH_LIMIT_MS) })
    return report
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const hung = error instanceof Error && error.name === 'AbortError'
    const failure = hung ? `the batch did not end within ${BATCH_LIMIT_MS} ms` : why
    return { cases: 0, counts: {}, failure }
  }
}

const WIDTH = 30

function progress(campaign: string, done: number, cases: number): void {
  if (!process.stderr.isTTY) return
  const share = Math.min(1, done / cases)
  const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '.')
  process.stderr.write(`\r${campaign} [${bar}] ${done} of ${cases}${share === 1 ? '\n' : ''}`)
}
