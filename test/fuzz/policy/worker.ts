import { parentPort } from 'node:worker_threads'
import type { Batch, BatchReport } from './batch.ts'
import { decideBatch } from './decide-batch.ts'
import { parseBatch } from './parse-batch.ts'

const RUNS = { decide: decideBatch, parse: parseBatch }

parentPort?.on('message', ({ campaign, seed }: Batch) => {
  const report: BatchReport = RUNS[campaign](seed)
  parentPort?.postMessage(report)
})
