import { PeerError } from '../../kernel/mcp/peer-error.ts'
import { ASKS_PER_REQUEST_LIMIT, OPEN_ASKS_LIMIT, UNASKED_PER_MINUTE_LIMIT } from './options.ts'
import type { UnderWay } from './pending-requests.ts'

const MINUTE_MS = 60_000
/** JSON-RPC 2.0 section 5.1, of those that servers may define themselves. */
const TOO_MANY = -32000

/** How much a server may ask of a client: in the course of a request, at one time, in a minute. */
export class AskBounds {
  #open = 0
  #since = 0
  #unasked = 0

  /** Counts one. `leave` is due when it is answered, unless this throws. @throws PeerError */
  enter(request: UnderWay | undefined, now = performance.now()): void {
    if (this.#open >= OPEN_ASKS_LIMIT) throw tooMany()
    if (request === undefined) this.#countUnasked(now)
    else if (++request.asks > ASKS_PER_REQUEST_LIMIT) throw tooMany()
    this.#open++
  }

  leave(): void {
    this.#open--
  }

  #countUnasked(now: number): void {
    if (now - this.#since >= MINUTE_MS) {
      this.#since = now
      this.#unasked = 0
    }
    if (++this.#unasked > UNASKED_PER_MINUTE_LIMIT) throw tooMany()
  }
}

function tooMany(): PeerError {
  const answered = { code: TOO_MANY, message: 'too many requests' }
  return new PeerError('REQUEST_BUSY', 'the server asks more than a client can answer', answered)
}
