import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PortcullisError } from '../../kernel/errors.ts'
import { SMALL_HEAP } from '../small-heap.ts'
import type { Batch } from './batch.ts'
import type { CommitAnswer, Group, OpenedLedger, Standing } from './group.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './ledger-messages.ts'
import type { LedgerSigners } from './signers.ts'

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./ledger-worker${extname(import.meta.url)}`, import.meta.url)

/** Hears what becomes of groups. */
export interface GroupListener {
  answered(answer: CommitAnswer): void
  stands(standing: Standing): void
  /** A group failed, or who writes them is gone. */
  failed(reason: string): void
}

/** Whoever writes groups: a thread of its own, or the caller's. */
export interface GroupService {
  readonly opened: OpenedLedger
  /** Where all answers go from here on. */
  listen(listener: GroupListener): void
  commit(group: Group, batch: Batch): void
  poke(): void
  useSigners(signers: LedgerSigners): void
  reported(): void
  end(): Promise<void>
}

/** The thread that owns the files of a ledger, seen from outside. */
export class LedgerThread implements GroupService {
  readonly opened: OpenedLedger
  readonly #worker: Worker
  readonly #exit: Promise<string>
  readonly #batches = new Map<Batch, number>()

  /** Resolves when the ledger is open; rejects with the code of what is wrong with it. */
  static async start(settings: WorkerSettings): Promise<LedgerThread> {
    const worker = new Worker(WORKER, { workerData: settings, resourceLimits: SMALL_HEAP })
    const exit = exitOf(worker)
    const first = new Promise<FromWorker>((resolve) => worker.once('message', resolve))
    const answer = await Promise.race([first, exit])
    if (typeof answer === 'string') throw new PortcullisError('LEDGER_UNAVAILABLE', answer)
    if (answer.type === 'opened') return new LedgerThread(worker, answer.opened, exit)
    await exit
    if (answer.type === 'unopened') throw new PortcullisError(answer.code, answer.message)
    throw new PortcullisError('INTERNAL', `the ledger answered \`${answer.type}\` to its opening`)
  }

  private constructor(worker: Worker, opened: OpenedLedger, exit: Promise<string>) {
    this.#worker = worker
    this.opened = opened
    this.#exit = exit
  }

  listen(listener: GroupListener): void {
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'committed' || message.type === 'refused') listener.answered(message)
      else if (message.type === 'standing') listener.stands(message.standing)
      else listener.failed(message.type === 'failed' ? message.message : message.type)
    })
    void this.#exit.then((reason) => listener.failed(reason))
  }

  commit({ frames, hashes: _, ...group }: Group, batch: Batch): void {
    const { length: frameBytes } = frames
    const number = this.#numberOf(batch)
    this.#send({ ...group, type: 'commit', batch: number, frameBytes, leaves: batch.leaves })
  }

  poke(): void {
    this.#send({ type: 'poke' })
  }

  useSigners(signers: LedgerSigners): void {
    this.#send({ type: 'signers', signers })
  }

  reported(): void {
    this.#send({ type: 'reported' })
  }

  /** Closes the files and waits until the thread is gone. */
  async end(): Promise<void> {
    this.#send({ type: 'close' })
    await this.#exit
  }

  /** The thread is told of a batch once, and of its number from then on. */
  #numberOf(batch: Batch): number {
    const known = this.#batches.get(batch)
    if (known !== undefined) return known
    const number = this.#batches.size
    this.#batches.set(batch, number)
    this.#send({ type: 'batch', memory: batch.memory, frames: batch.capacity })
    return number
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}

/** Why the thread ended, once it has. */
function exitOf(worker: Worker): Promise<string> {
  let reason = 'the thread of the ledger ended'
  worker.once('error', (error) => {
    reason = `the thread of the ledger failed: ${String(error)}`
  })
  return new Promise((resolve) => worker.once('exit', () => resolve(reason)))
}
