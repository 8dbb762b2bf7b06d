import type { Hash } from '../../kernel/tlog/hash.ts'

/** The log whose heads are cosigned: of an open ledger, its node log. */
export interface HeadSource {
  /** The last durable head, a signed note. What is durable is under it at once. */
  checkpoint(): string
  /** Calls `listener` with each durable head. Returns what ends that. */
  onHead(listener: (note: string) => void): () => void
  /** Keeps a durable head with more signatures: the one that verifiers are given. */
  publish(note: string): void | Promise<void>
  /** That the tree of `from` leaves is a prefix of that of `to`. */
  consistency(from: number, to: number): readonly Hash[] | Promise<readonly Hash[]>
}
