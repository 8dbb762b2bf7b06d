/** The thread that reads the ledger again once, slowly. */
import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { type PassOptions, scrubPass } from './scrub-pass.ts'

/** A pass over what is durable now. */
export interface ScrubSettings extends Omit<PassOptions, 'wentOn'> {
  readonly bytesPerSecond: number
  /** Holds 1 from when the thread is to end: it waits on it between two stretches. */
  readonly ending: SharedArrayBuffer
}

/** What came of a pass. */
export interface PassDone {
  readonly problems: readonly LedgerProblem[]
  readonly bytes: number
}

/** Milliseconds between two rests of a pass. */
const STRETCH_MS = 100

if (parentPort !== null) {
  // On Linux the priority is that of the thread.
  setPriority(0, constants.priority.PRIORITY_LOW)
  parentPort.postMessage(run(workerData))
}

function run(settings: ScrubSettings): PassDone {
  const ending = new Int32Array(settings.ending)
  const stretch = (settings.bytesPerSecond * STRETCH_MS) / 1_000
  let [bytes, rested] = [0, 0]
  const wentOn = (more: number) => {
    bytes += more
    if (bytes - rested < stretch) return true
    rested = bytes
    return Atomics.wait(ending, 0, 0, STRETCH_MS) === 'timed-out'
  }
  return { problems: scrubPass({ ...settings, wentOn }), bytes }
}
