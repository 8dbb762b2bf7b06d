import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import type { Clock, Ids, Log } from '../../pipeline/ports.ts'
import { SMALL_HEAP } from '../small-heap.ts'
import type { SizedKey } from './fsck/judge-by-keys.ts'
import type { OpenLedger } from './open-ledger.ts'
import type { PassDone, ScrubSettings } from './scrub-worker.ts'

/** Bytes that are read again in a second, unless it is told. */
export const DEFAULT_SCRUB_RATE = 8 * 1024 * 1024

/** Milliseconds from one pass to the next. */
const PASS_INTERVAL_MS = 60_000

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./scrub-worker${extname(import.meta.url)}`, import.meta.url)

export interface ScrubOptions {
  readonly directory: string
  readonly ledger: OpenLedger
  /** All keys that signed any part of the ledger, of the node, as they are now. */
  keys(): readonly SizedKey[]
  readonly bytesPerSecond?: number
  readonly passIntervalMs?: number
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

/** The scrub while it goes on. */
export interface Scrub {
  /** Resolves to what the next pass to end finds wrong. */
  pass(): Promise<readonly LedgerProblem[]>
  close(): Promise<void>
}

/**
 * Reads the ledger again behind its writer, over and over, each time in a thread of low priority.
 * When a receipt on the disk is no longer what was signed, it says so in the log and in a last
 * receipt, and seals the ledger: what is built on damage that nobody has looked at can't be told
 * from it.
 */
export function scrubLedger(options: ScrubOptions): Scrub {
  const { directory, ledger, bytesPerSecond = DEFAULT_SCRUB_RATE } = options
  const ending = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  let worker: Worker | undefined
  const waiting: ((problems: readonly LedgerProblem[]) => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let isEnding = false
  const begin = () => {
    const { size: upTo } = claimedCheckpoint(ledger.checkpoint())
    const rate = { bytesPerSecond, ending }
    const pass: ScrubSettings = {
      ...{ directory, origin: ledger.origin, upTo, keys: options.keys(), ...rate },
    }
    // One that waited for the next pass would hold its memory for most of the time.
    worker = new Worker(WORKER, { workerData: pass, resourceLimits: SMALL_HEAP })
    worker.unref()
    worker.once('message', (done: PassDone) => void over(done))
    worker.once('error', (error) => {
      options.log.error('ledger.scrub_failed', { reason: String(error) })
      beginLater()
    })
  }
  const beginLater = () => {
    if (isEnding) return
    timer = setTimeout(begin, options.passIntervalMs ?? PASS_INTERVAL_MS)
    timer.unref()
  }
  const over = async ({ problems, bytes }: PassDone) => {
    if (problems.length > 0 && !isEnding) await alarm(options, problems)
    else options.log.info('ledger.scrubbed', { bytes })
    for (const tell of waiting.splice(0)) tell(problems)
    if (problems.length === 0) beginLater()
  }
  begin()
  return {
    pass: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      isEnding = true
      clearTimeout(timer)
      Atomics.store(new Int32Array(ending), 0, 1)
      Atomics.notify(new Int32Array(ending), 0)
      await worker?.terminate()
    },
  }
}

async function alarm(
  { ledger, log, clock, ids }: ScrubOptions,
  problems: readonly LedgerProblem[],
): Promise<void> {
  const [first] = problems
  const detail = `${first?.code}: ${first?.message}`
  log.error('ledger.damaged', { reason: detail, problems: problems.length })
  const draft = eventDraft({ name: 'ledger.damaged', detail }, { id: ids.next(), ts: clock.now() })
  try {
    await ledger.append(draft)
  } catch (error) {
    log.error('ledger.alert_failed', { reason: String(error) })
  }
  ledger.seal(detail)
}
