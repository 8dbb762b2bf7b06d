import type { ErrorCode } from '../../kernel/errors.ts'
import type { LedgerSigner, NewLeaf } from './ledger-file.ts'

/** What the worker is started with. */
export interface WorkerSettings {
  readonly file: string
  readonly signer: LedgerSigner
}

export type ToWorker =
  | { readonly type: 'commit'; readonly leaves: readonly NewLeaf[] }
  | { readonly type: 'close' }

/** First and once `opened` or `refused`; then `committed` or `failed` for each `commit`. */
export type FromWorker =
  | {
      readonly type: 'opened'
      readonly size: number
      readonly checkpoint: string
      /** Leaves of the actions that a crash interrupted. */
      readonly interrupted: readonly string[]
    }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'committed'; readonly checkpoint: string }
  | { readonly type: 'failed'; readonly message: string }
