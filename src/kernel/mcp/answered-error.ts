import { withinBytes } from '../json/within-bytes.ts'
import { visible } from '../text/visible.ts'
import { PeerError, type RpcError } from './peer-error.ts'

/** Characters of a peer's error message that are passed on. */
export const ANSWERED_MESSAGE_LIMIT = 1_000
/** Bytes of the data of a peer's error, as JSON, that are passed on. */
export const ANSWERED_DATA_LIMIT_BYTES = 16 * 1024

/** How many causes are looked at for the error of a peer. */
const CAUSES_LIMIT = 4

/** What a peer answered instead of a result, bounded and without control characters. */
export function answeredError(error: unknown): RpcError | undefined {
  let cause = error
  for (let depth = 0; depth < CAUSES_LIMIT && cause instanceof Error; depth++) {
    if (cause instanceof PeerError) return bounded(cause.answered)
    cause = cause.cause
  }
  return undefined
}

function bounded({ code, message, data }: RpcError): RpcError {
  const told = { code, message: visible(message.slice(0, ANSWERED_MESSAGE_LIMIT)) }
  if (data === undefined || withinBytes([data], ANSWERED_DATA_LIMIT_BYTES).length === 0) return told
  return { ...told, data }
}
