import type { KeyObject } from 'node:crypto'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { policyRequestText, type RecordedRequest } from '../../kernel/policy/recorded-request.ts'
import type { Log, Recordings } from '../../pipeline/ports.ts'
import { SMALL_HEAP } from '../small-heap.ts'
import type { RequestBounds, RequestText } from './request-file.ts'
import type {
  FromRequestWorker,
  RequestWorkerSettings,
  ToRequestWorker,
} from './request-messages.ts'
import type { RequestKeys } from './sealed-request.ts'

/** How many requests, and bytes of them, may wait for the disk; what is more is dropped. */
export const DEFAULT_REQUEST_QUEUE = 2_048
export const DEFAULT_REQUEST_QUEUE_BYTES = 16 * 1024 * 1024
/** Bytes of one request; a larger one is dropped. */
export const DEFAULT_REQUEST_BYTES = 64 * 1024
/** Requests that are written together. */
const BATCH = 256
/**
 * Milliseconds that a request waits for others to be written with it. To wake the thread for each
 * would hold up the very action that the request was about.
 */
export const REQUEST_PAUSE_MS = 20

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./request-worker${extname(import.meta.url)}`, import.meta.url)

export interface RecordRequestsOptions extends RequestBounds {
  readonly file: string
  readonly keys: RequestKeys
  readonly log: Log
  readonly queueLimit?: number
  readonly queueBytes?: number
  readonly requestBytes?: number
}

export interface OpenRecordings extends Recordings {
  /** How many are on the disk, and how many were lost since the start: too large, or too many. */
  counts(): { readonly kept: number; readonly dropped: number }
  /** Waits until what was taken is written. */
  close(): Promise<void>
}

/**
 * Records requests beside the path: a thread of its own seals and writes them. Nothing here ever
 * fails or holds up an action; what can't be kept is counted, and the first loss is logged.
 */
export function recordRequests(options: RecordRequestsOptions): OpenRecordings {
  const { file, maxAgeMs, maxCount } = options
  const settings: RequestWorkerSettings = { file, bounds: { maxAgeMs, maxCount } }
  const worker = new Worker(WORKER, { workerData: settings, resourceLimits: SMALL_HEAP })
  return new Recorder(worker, options)
}

class Recorder implements OpenRecordings {
  readonly #worker: Worker
  readonly #log: Log
  readonly #keys: RequestKeys
  readonly #limits: { readonly count: number; readonly bytes: number; readonly each: number }
  readonly #ended: Promise<void>
  #waiting: RequestText[] = []
  #waitingBytes = 0
  /** Requests that the thread has and that are not written yet; it begins by opening the file. */
  #underWay = 0
  #pause: NodeJS.Timeout | undefined
  #idle = false
  #gone = false
  #closing = false
  #kept = 0
  #dropped = 0

  constructor(worker: Worker, options: RecordRequestsOptions) {
    this.#worker = worker
    this.#log = options.log
    this.#keys = options.keys
    this.#limits = {
      count: options.queueLimit ?? DEFAULT_REQUEST_QUEUE,
      bytes: options.queueBytes ?? DEFAULT_REQUEST_QUEUE_BYTES,
      each: options.requestBytes ?? DEFAULT_REQUEST_BYTES,
    }
    worker.on('message', (message: FromRequestWorker) => this.#answered(message))
    worker.on('error', (error) => this.#lost(this.#underWay, String(error)))
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#gone = true
        const left = this.#waiting.length
        if (left > 0) this.#lost(left, 'the thread that writes them ended')
        this.#waiting = []
        resolve()
      })
    })
  }

  keep({ receipt, at, request }: RecordedRequest, pseudonym: string): void {
    const key = this.#keyOf(pseudonym)
    if (key === undefined) return
    const text = policyRequestText(request)
    const bytes = Buffer.byteLength(text)
    if (bytes > this.#limits.each) {
      this.#lost(1, `a request has more than ${this.#limits.each} bytes`)
    } else if (
      this.#gone ||
      this.#closing ||
      this.#waiting.length >= this.#limits.count ||
      this.#waitingBytes + bytes > this.#limits.bytes
    ) {
      this.#lost(1, 'more requests wait to be written than may')
    } else {
      this.#waiting.push({ receipt, at, text, pseudonym, key })
      this.#waitingBytes += bytes
      this.#sendSoon()
    }
  }

  counts() {
    return { kept: this.#kept, dropped: this.#dropped }
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#sendOn()
    await this.#ended
  }

  /** Of a subject that was erased since it was decided, nothing is kept. */
  #keyOf(pseudonym: string): KeyObject | undefined {
    try {
      return this.#keys(pseudonym)
    } catch (error) {
      this.#lost(1, String(error))
      return undefined
    }
  }

  #sendSoon(): void {
    if (this.#waiting.length >= BATCH) this.#sendOn()
    else this.#pause ??= setTimeout(() => this.#pauseOver(), REQUEST_PAUSE_MS)
  }

  #pauseOver(): void {
    this.#pause = undefined
    this.#sendOn()
  }

  #sendOn(): void {
    if (!this.#idle || this.#gone) return
    clearTimeout(this.#pause)
    this.#pause = undefined
    const requests = this.#waiting.splice(0, BATCH)
    if (requests.length === 0) {
      if (this.#closing) this.#send({ type: 'close' })
      return
    }
    for (const { text } of requests) this.#waitingBytes -= Buffer.byteLength(text)
    this.#idle = false
    this.#underWay = requests.length
    this.#send({ type: 'keep', requests })
  }

  #answered(message: FromRequestWorker): void {
    if (message.type === 'kept') this.#kept = message.kept
    else this.#lost(this.#underWay, message.message)
    this.#underWay = 0
    this.#idle = true
    if (this.#closing) this.#sendOn()
    else if (this.#waiting.length > 0) this.#sendSoon()
  }

  #lost(count: number, reason: string): void {
    if (this.#dropped === 0) this.#log.warn('requests.dropped', { reason })
    this.#dropped += count
  }

  #send(message: ToRequestWorker): void {
    this.#worker.postMessage(message)
  }
}
