import { errors } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'
import type { AnswerHead, End } from './http-exchange.ts'
import type { HttpOptions } from './options.ts'
import { protocol, unavailable } from './server-message.ts'

/** The server no longer knows the session, and therefore did not execute the request. */
export class SessionLost extends PortcullisError {}
/** The server refused in a way that some servers use for a session they no longer know. */
export class SessionDoubtful extends PortcullisError {}
/** The server could not be reached at all, or is not the one that is configured. */
export class Unreached extends PortcullisError {}

/** What every request of a session bears. */
export interface Session {
  readonly id: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

export const SESSION_ID = 'mcp-session-id'

/** Before `initialize`. One spelling for each name, so that none that is configured comes twice. */
export function bareSession(configured: HttpOptions['headers']): Session {
  const lower = Object.entries(configured).map(([name, value]) => [name.toLowerCase(), value])
  const headers = {
    ...Object.fromEntries(lower),
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  return { id: undefined, headers }
}

/** As the server named it in its answer to `initialize`. */
export function begunSession(bare: Session, revision: string, id: string | undefined): Session {
  const headers = { ...bare.headers, 'mcp-protocol-version': revision }
  return { id, headers: id === undefined ? headers : { ...headers, [SESSION_ID]: id } }
}

/** Why a request that ended so has no answer. */
export function failureOf(end: End, session: Session): PortcullisError {
  if (end.kind === 'whole') return answeredWithout(end.head, session)
  const { error, sent } = end
  if (error instanceof PortcullisError) {
    // Who answers there is not the server: nothing was sent, and it is down for us.
    const isImpostor = !sent && error.code.startsWith('PEER_')
    return isImpostor ? new Unreached(error.code, error.message, { cause: error }) : error
  }
  if (error instanceof RangeError) return protocol('the server sent a message that is too long')
  if (error instanceof errors.HTTPParserError) return protocol('the server does not speak HTTP')
  const { code = 'no code' } = error as NodeJS.ErrnoException
  if (sent) return unavailable(`the connection broke: ${code}`, { cause: error })
  const said = `the server cannot be reached: ${code}`
  return new Unreached('UPSTREAM_UNAVAILABLE', said, { cause: error })
}

/** Only 4xx says that the server did not act: after a redirect or a fault it may have. */
function answeredWithout({ status, body }: AnswerHead, { id }: Session): PortcullisError {
  const said = `it answered with HTTP ${status}`
  if (status === 404 && id !== undefined) return new SessionLost('UPSTREAM_UNAVAILABLE', said)
  if (status === 400 && id !== undefined) return new SessionDoubtful('UPSTREAM_REFUSED', said)
  if (status >= 500 || status === 408) return unavailable(said)
  if (status >= 400) return new PortcullisError('UPSTREAM_REFUSED', said)
  if (body === 'events') return unavailable('its stream ended without the answer')
  return protocol(`${said} and without the answer`)
}

/** Did a stream break off in a way that it can go on from where it was? */
export function breaksOff(end: End): boolean {
  if (end.kind === 'whole') return end.head.body === 'events'
  const { error, sent, head } = end
  const isOurs = error instanceof PortcullisError || error instanceof RangeError
  return sent && head.body === 'events' && !isOurs
}
