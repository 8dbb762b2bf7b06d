import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PortcullisError } from '../../kernel/errors.ts'
import type { NewLeaf } from './ledger-file.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './ledger-messages.ts'

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./ledger-worker${extname(import.meta.url)}`, import.meta.url)

type Opened = Extract<FromWorker, { type: 'opened' }>

interface ThreadListener {
  committed(checkpoint: string): void
  /** A commit failed, or the thread is gone. */
  failed(reason: string): void
}

/** The thread that owns the ledger file, seen from outside. */
export class LedgerThread {
  readonly opened: Opened
  readonly #worker: Worker
  readonly #exit: Promise<string>

  /** Resolves when the file is open; rejects with the code of what is wrong with it. */
  static async start(settings: WorkerSettings): Promise<LedgerThread> {
    const worker = new Worker(WORKER, { workerData: settings })
    const exit = exitOf(worker)
    const first = new Promise<FromWorker>((resolve) => worker.once('message', resolve))
    const answer = await Promise.race([first, exit])
    if (typeof answer === 'string') throw new PortcullisError('LEDGER_UNAVAILABLE', answer)
    if (answer.type === 'opened') return new LedgerThread(worker, answer, exit)
    await exit
    if (answer.type === 'refused') throw new PortcullisError(answer.code, answer.message)
    throw new PortcullisError('INTERNAL', `the ledger answered \`${answer.type}\` to its opening`)
  }

  private constructor(worker: Worker, opened: Opened, exit: Promise<string>) {
    this.#worker = worker
    this.opened = opened
    this.#exit = exit
  }

  /** The file's answers to every `commit` from here on. */
  listen(listener: ThreadListener): void {
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'committed') listener.committed(message.checkpoint)
      else listener.failed(message.type === 'failed' ? message.message : message.type)
    })
    void this.#exit.then((reason) => listener.failed(reason))
  }

  commit(leaves: readonly NewLeaf[]): void {
    this.#send({ type: 'commit', leaves })
  }

  /** Closes the file and waits until the thread is gone. */
  async end(): Promise<void> {
    this.#send({ type: 'close' })
    await this.#exit
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
