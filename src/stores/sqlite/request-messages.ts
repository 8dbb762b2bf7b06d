import type { RequestBounds, RequestText } from './request-file.ts'

/** What the worker is started with. */
export interface RequestWorkerSettings {
  readonly file: string
  readonly bounds: RequestBounds
}

export type ToRequestWorker =
  | { readonly type: 'keep'; readonly requests: readonly RequestText[] }
  | { readonly type: 'close' }

/** First and once `kept` or `failed`; then one of them for each `keep`. */
export type FromRequestWorker =
  | { readonly type: 'kept'; readonly kept: number }
  | { readonly type: 'failed'; readonly message: string }
