import { PortcullisError } from '../errors.ts'
import type { JsonObject } from '../json/value.ts'
import { canonical } from '../receipt/canonical.ts'
import type { MaxBytes } from './obligation.ts'

/**
 * Lets a result pass whose canonical JSON (RFC 8785) is at most so many bytes of UTF-8.
 * @throws PortcullisError `RESULT_TOO_LARGE`.
 */
export function checkBytes(result: JsonObject, { bytes }: MaxBytes): void {
  const length = new TextEncoder().encode(canonical(result)).length
  if (length <= bytes) return
  const message = `a result of ${length} bytes, where ${bytes} may be passed on`
  throw new PortcullisError('RESULT_TOO_LARGE', message)
}
