/** A thread that checks one range of a ledger. */
import { parentPort, workerData } from 'node:worker_threads'
import { checkRange, type RangeTask, type SoundRange } from './check-range.ts'

/** How far it is, and in the end what came of it: nothing unless all is well. */
export type FromRange = { readonly bytes: number } | { readonly over: SoundRange | undefined }

if (parentPort !== null) {
  const port = parentPort
  const task: RangeTask = workerData
  const say = (message: FromRange) => port.postMessage(message)
  say({ over: checkRange(task, (bytes) => say({ bytes })) })
}
