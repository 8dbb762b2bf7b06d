/** The thread that reads the ledger again, slowly, for as long as it is written. */
import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import type { SizedKey } from './fsck/judge-by-keys.ts'
import { scrubPass } from './scrub-pass.ts'

/** What the thread is started with. */
export interface ScrubSettings {
  readonly directory: string
  readonly origin: string
  readonly bytesPerSecond: number
  /** Holds 1 from when the thread is to end: it waits on it between two stretches. */
  readonly ending: SharedArrayBuffer
}

/** Begins a pass over what is durable now. The keys may have changed since the last. */
export interface BeginPass {
  readonly upTo: number
  readonly keys: readonly SizedKey[]
}

/** What came of a pass. */
export interface PassDone {
  readonly problems: readonly LedgerProblem[]
  readonly bytes: number
}

/** Milliseconds between two rests of a pass. */
const STRETCH_MS = 100

if (parentPort !== null) {
  const port = parentPort
  const settings: ScrubSettings = workerData
  // On Linux the priority is that of the thread.
  setPriority(0, constants.priority.PRIORITY_LOW)
  port.on('message', (pass: BeginPass) => port.postMessage(run(settings, pass)))
}

function run(settings: ScrubSettings, pass: BeginPass): PassDone {
  const ending = new Int32Array(settings.ending)
  const stretch = (settings.bytesPerSecond * STRETCH_MS) / 1_000
  let [bytes, rested] = [0, 0]
  const wentOn = (more: number) => {
    bytes += more
    if (bytes - rested < stretch) return true
    rested = bytes
    return Atomics.wait(ending, 0, 0, STRETCH_MS) === 'timed-out'
  }
  return { problems: scrubPass({ ...settings, ...pass, wentOn }), bytes }
}
