import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import type { Log } from '../../pipeline/ports.ts'
import { SMALL_HEAP } from '../small-heap.ts'
import type { FromIndexer, ToIndexer } from './index-worker.ts'
import { IndexedRuns } from './indexed-runs.ts'

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./index-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Milliseconds between two steps of the index while nobody waits for it. A step for each head would
 * take as much of the machine as the calls that the heads are about.
 */
export const INDEX_PAUSE_MS = 100

export interface FollowerOptions {
  /** The directory of the ledger. */
  readonly directory: string
  readonly log: Log
}

/** Keeps the index close behind the ledger, in a thread of its own. */
export class IndexFollower {
  /** For the writer: the last receipt of each run. */
  readonly runs: IndexedRuns
  readonly #log: Log
  readonly #worker: Worker
  readonly #exit: Promise<void>
  /** Size of the node log that is durable, that was asked for, and that is indexed. */
  #durable = -1
  #asked = -1
  #indexed = -1
  #waiting: (() => void)[] = []
  #pause: NodeJS.Timeout | undefined

  constructor({ directory, log }: FollowerOptions) {
    this.runs = new IndexedRuns(directory)
    this.#log = log
    this.#worker = new Worker(WORKER, { workerData: { directory }, resourceLimits: SMALL_HEAP })
    // An index is a convenience: that it is made holds up nobody's end, unless they wait for it.
    this.#worker.unref()
    this.#worker.on('message', (message: FromIndexer) => this.#heard(message))
    this.#worker.on('error', ({ message }) => this.#failed(message))
    this.#exit = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
  }

  /** A checkpoint of the node log is on the disk. */
  follow(note: string): void {
    this.#durable = Math.max(this.#durable, claimedCheckpoint(note).size)
    if (this.#waiting.length > 0) this.#ask()
    else this.#askLater()
  }

  /** Resolves once the index has all that was durable when this was called, or cannot get there. */
  caughtUp(): Promise<void> {
    if (this.#indexed >= this.#durable) return Promise.resolve()
    this.#worker.ref()
    const reached = new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#ask()
    return reached
  }

  /** What is in the index by then stays in it. */
  async close(): Promise<void> {
    // The worker's connection goes last: only it can move the write-ahead log into the file.
    this.#worker.removeAllListeners('message')
    clearTimeout(this.#pause)
    this.runs.close()
    this.#worker.ref()
    this.#worker.postMessage('close' satisfies ToIndexer)
    await this.#exit
    this.#wake()
  }

  #askLater(): void {
    this.#pause ??= setTimeout(() => this.#ask(), INDEX_PAUSE_MS).unref()
  }

  #ask(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
    if (this.#asked > this.#indexed || this.#durable <= this.#indexed) return
    this.#asked = this.#durable
    this.runs.leave()
    this.#worker.postMessage({ durable: this.#asked } satisfies ToIndexer)
  }

  #heard(message: FromIndexer): void {
    switch (message.type) {
      case 'failed':
        this.#failed(message.reason)
        break
      case 'rebuilding':
        this.#log.warn('ledger.index_rebuilt', { reason: message.reason })
        break
      case 'indexed':
        this.#indexed = message.durable
        this.runs.left()
        if (this.#indexed >= this.#durable) this.#wake()
        else if (this.#waiting.length > 0) this.#ask()
        else this.#askLater()
        break
    }
  }

  /** The next head is another try. The ledger goes on without it. */
  #failed(reason: string): void {
    this.#log.error('ledger.index_failed', { reason })
    this.#asked = this.#indexed
    this.runs.stayed()
    this.#wake()
  }

  #wake(): void {
    this.#worker.unref()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
