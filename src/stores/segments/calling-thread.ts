import type { Batch } from './batch.ts'
import type { Group, OpenedLedger } from './group.ts'
import type { GroupWriterOptions } from './group-writer.ts'
import type { GroupListener, GroupService } from './ledger-thread.ts'
import { type OpenGroupWriter, openGroupWriter } from './open-group-writer.ts'
import type { LedgerSigners } from './signers.ts'

/** Writes groups in the thread of its caller, which waits for the disk with each of them. */
export class CallingThread implements GroupService {
  readonly #ledger: OpenGroupWriter
  #listener: GroupListener | undefined

  constructor(options: GroupWriterOptions) {
    this.#ledger = openGroupWriter(options)
  }

  get opened(): OpenedLedger {
    return this.#ledger.opened
  }

  listen(listener: GroupListener): void {
    this.#listener = listener
  }

  commit(group: Group, _batch: Batch): void {
    // The answer goes out of the guard: what a listener throws is no failure of the disk.
    const answer = this.#guarded(() => this.#ledger.writer.commit(group))
    if (answer instanceof Promise) {
      answer.then(
        (settled) => this.#listener?.answered(settled),
        (error) => this.#listener?.failed(String(error)),
      )
    } else if (answer !== undefined) this.#listener?.answered(answer)
  }

  poke(): void {
    const standing = this.#guarded(() => this.#ledger.writer.poke())
    if (standing !== undefined) this.#listener?.stands(standing)
  }

  useSigners(signers: LedgerSigners): void {
    this.#ledger.writer.useSigners(signers)
  }

  reported(): void {
    this.#guarded(() => this.#ledger.reported())
  }

  end(): Promise<void> {
    return this.#ledger.close()
  }

  #guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#listener?.failed(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
}
