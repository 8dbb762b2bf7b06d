import { codeOf } from '../../../kernel/errors.ts'
import { REVISIONS } from '../handshake.ts'
import { Unreached } from '../http-session.ts'
import { HttpRefusal, isModernRefusal, NoCommonRevision } from '../modern/refusals.ts'
import type { McpServerOptions } from '../options.ts'

/** What a failed `server/discover` says of the server. */
export type Evidence = 'none' | 'doubtful' | 'certain'

const DENIED: ReadonlySet<number> = new Set([401, 403])

/**
 * How sure it is that a server has sessions (MCP 2026-07-28, versioning): what is no error of its
 * own era is one of the era before. What may pass, as a fault of the
 * server, proves nothing for long.
 */
export function legacyEvidence(error: unknown, over: McpServerOptions['transport']): Evidence {
  if (error instanceof NoCommonRevision) {
    return REVISIONS.some((known) => error.supported.includes(known)) ? 'certain' : 'none'
  }
  if (isModernRefusal(error) || error instanceof Unreached) return 'none'
  if (error instanceof HttpRefusal) {
    if (DENIED.has(error.status)) return 'none'
    return error.status < 500 ? 'certain' : 'doubtful'
  }
  switch (codeOf(error)) {
    case 'UPSTREAM_REFUSED':
      return 'certain'
    // A process may be silent before `initialize`, or end at what it doesn't know.
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
    case 'UPSTREAM_PROTOCOL':
      return over === 'stdio' ? 'certain' : 'doubtful'
    default:
      return 'none'
  }
}

/** Statuses with which servers of 2024-11-05 answer a POST where only their stream is. */
const NO_POST_HERE: ReadonlySet<number> = new Set([400, 404, 405])

export function maySpeakSse(probed: unknown, opened: unknown): boolean {
  const refused = probed instanceof HttpRefusal && NO_POST_HERE.has(probed.status)
  return refused && codeOf(opened) === 'UPSTREAM_REFUSED'
}
