import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject } from '../../../kernel/json/value.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'
import { protocol, quote } from '../server-message.ts'

/** Codes that only servers without sessions use (MCP 2026-07-28, error codes). */
export const MODERN_CODES = {
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedRevision: -32022,
} as const

const INVALID_PARAMS = -32602
const ONLY_MODERN: ReadonlySet<number> = new Set(Object.values(MODERN_CODES))

/** The server answered with a status, and with nothing that could be read. */
export class HttpRefusal extends PortcullisError {
  readonly status: number

  constructor(status: number) {
    const mayHaveActed = status >= 500 || status === 408
    const code = mayHaveActed ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_REFUSED'
    super(code, `it answered with HTTP ${status}`)
    this.status = status
  }
}

/** The server has none of our revisions without sessions. */
export class NoCommonRevision extends PortcullisError {
  readonly supported: readonly string[]

  constructor(supported: readonly string[]) {
    super('UPSTREAM_PROTOCOL', `the server speaks only ${quote(supported.join(', ')) || 'nothing'}`)
    this.supported = supported
  }
}

/** Did the server refuse with a code of this era? Then it did not act. */
export function isModernRefusal(error: unknown): error is PeerError {
  return error instanceof PeerError && ONLY_MODERN.has(error.answered.code)
}

/** What we refuse in a server's name, as one with sessions would. */
export function refused(message: string, code = INVALID_PARAMS): PeerError {
  return new PeerError('UPSTREAM_REFUSED', message, { code, message })
}

/** Revisions that a server names when it refuses ours; none where it names none. */
export function supportedBy({ answered: { data } }: PeerError): readonly string[] {
  return isJsonObject(data) ? revisions(data.supported) : []
}

/** @throws PortcullisError `UPSTREAM_PROTOCOL` when it is no list of revisions. */
export function revisions(list: unknown): readonly string[] {
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  throw protocol('the server names no revisions of MCP')
}
