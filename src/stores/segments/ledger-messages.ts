import type { ErrorCode } from '../../kernel/errors.ts'
import type { CommitAnswer, Group, OpenedLedger, Standing } from './group.ts'
import type { LedgerSigners } from './signers.ts'

/** What the worker is started with. */
export interface WorkerSettings {
  readonly directory: string
  readonly signers: LedgerSigners
  readonly segmentBytes?: number
  readonly freeSpaceMark?: number
}

/** A group whose leaves are in a batch that the worker sees. */
export type GroupMessage = Omit<Group, 'frames' | 'hashes'> & {
  readonly type: 'commit'
  /** Number of the batch. */
  readonly batch: number
  readonly frameBytes: number
  readonly leaves: number
}

export type ToWorker =
  | { readonly type: 'batch'; readonly memory: SharedArrayBuffer; readonly frames: number }
  | GroupMessage
  | { readonly type: 'poke' }
  | { readonly type: 'signers'; readonly signers: LedgerSigners }
  | { readonly type: 'reported' }
  | { readonly type: 'close' }

/** First and once `opened` or `refused-opening`; then one answer to each `commit` and `poke`. */
export type FromWorker =
  | { readonly type: 'opened'; readonly opened: OpenedLedger }
  | { readonly type: 'unopened'; readonly code: ErrorCode; readonly message: string }
  | CommitAnswer
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'failed'; readonly message: string }
