import type { ErrorCode } from '../../kernel/errors.ts'
import type { AccessCandidate } from './access-candidate.ts'
import { ClientError, errorOf, membersOf } from './client-error.ts'
import { dpopProof } from './dpop.ts'
import { BACKOFF_BASE_MS, BACKOFF_LIMIT_MS, type ClientSettings } from './options.ts'

/** What any call may be given. */
export interface CallOptions {
  /** Gives the call up. What was begun at the runtime is finished and recorded there. */
  readonly signal?: AbortSignal
  readonly deadlineMs?: number
}

/** One call of the runtime. */
export interface Call extends CallOptions {
  /** `storage/write` */
  readonly path: string
  readonly candidate: AccessCandidate
  readonly args: object
  /** Does it do no harm when it happens twice? Without a key a change does. */
  readonly repeatable: boolean
  readonly key?: string
}

/** Resolves with the result, or rejects with a `ClientError`, or with the reason of the signal. */
export type Send = (call: Call) => Promise<unknown>

/** Refusals that say for sure that nothing was done, and that may be over the next time. */
const NOTHING_DONE: ReadonlySet<ErrorCode> = new Set([
  'REQUEST_BUSY',
  'CONNECTION_LIMIT',
  'STORAGE_CHANGED',
])

/** Failures after which nobody knows what was done: only what may happen twice is sent again. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  'CLIENT_UNREACHABLE',
  'CLIENT_TIMEOUT',
  'CLIENT_PROTOCOL',
  'REQUEST_TIMEOUT',
  'REQUEST_INCOMPLETE',
  'LEDGER_BUSY',
  'LEDGER_UNAVAILABLE',
  'UPSTREAM_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
])

/** Sends calls, with what is known of the connection between them. */
export function createSend(settings: ClientSettings): Send {
  const connection = new Connection(settings)
  return (call) => connection.send(call)
}

class Connection {
  private readonly settings: ClientSettings
  /** What the runtime last asked to find in proofs. */
  private nonce: string | undefined

  constructor(settings: ClientSettings) {
    this.settings = settings
  }

  async send(call: Call): Promise<unknown> {
    const { deadlineMs, attempts, ports } = this.settings
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), call.deadlineMs ?? deadlineMs)
    const over = anyOf([late.signal, call.signal])
    let again = false
    try {
      for (let attempt = 1; ; attempt++) {
        over.throwIfAborted()
        const failure = await this.attempt(call, over, attempt)
        if (!(failure instanceof ClientError)) return failure.result
        // A fresh token, or a proof with the nonce that was asked for, is tried once and at once.
        const mend = !again && this.mends(failure)
        if (mend) again = true
        else if (attempt >= attempts || !mayRepeat(call, failure)) throw failure
        else await ports.wait(pause(attempt, ports.random), over)
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!late.signal.aborted) throw error
      throw new ClientError('CLIENT_TIMEOUT', 'the deadline of the call is over', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  /** A refusal that the next attempt may get round by itself. */
  private mends({ code, status }: ClientError): boolean {
    if (status !== 401) return false
    return this.nonce !== undefined || (code === 'IDENTITY_EXPIRED' && this.canRenew)
  }

  private get canRenew(): boolean {
    return typeof this.settings.token === 'function'
  }

  private async attempt(
    call: Call,
    over: AbortSignal,
    attempts: number,
  ): Promise<ClientError | { readonly result: unknown }> {
    const { timeoutMs, ports } = this.settings
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(), timeoutMs)
    try {
      const request = await this.request(call)
      const signal = anyOf([over, slow.signal])
      const response = await ports.fetch(request.url, { ...request.init, signal })
      this.nonce = response.headers.get('dpop-nonce') ?? undefined
      const body: unknown = await response.json().catch(() => undefined)
      if (!response.ok) return errorOf(body, { status: response.status, attempts })
      if (body !== undefined) return { result: membersOf(body).result }
      return new ClientError('CLIENT_PROTOCOL', 'an answer that is no JSON', { attempts })
    } catch (cause) {
      if (over.aborted || cause instanceof ClientError) throw cause
      if (slow.signal.aborted) {
        const message = `no answer within ${timeoutMs} ms`
        return new ClientError('CLIENT_TIMEOUT', message, { cause, attempts })
      }
      return new ClientError('CLIENT_UNREACHABLE', 'the runtime does not answer', {
        cause,
        attempts,
      })
    } finally {
      clearTimeout(timer)
    }
  }

  private async request({ path, candidate, args, key }: Call) {
    const { url: base, token: source, dpop, ports } = this.settings
    const url = new URL(`/v1/${path}`, base)
    const token = typeof source === 'function' ? await source() : source
    const now = Math.floor(ports.now() / 1000)
    const of = { method: 'POST', url: url.href, token, now, nonce: this.nonce }
    const proof = dpop && (await dpopProof(dpop, of))
    const headers = {
      'content-type': 'application/json',
      authorization: `${proof === undefined ? 'Bearer' : 'DPoP'} ${token}`,
      ...(proof !== undefined && { dpop: proof }),
      ...(key !== undefined && { 'idempotency-key': key }),
    }
    const body = JSON.stringify({ candidate: candidate.text, args })
    // A redirect would hand the token to whoever it leads to.
    const init = { method: 'POST', headers, body, redirect: 'error', cache: 'no-store' } as const
    return { url, init }
  }
}

function mayRepeat({ repeatable }: Call, { code }: ClientError): boolean {
  return NOTHING_DONE.has(code) || (repeatable && UNCERTAIN.has(code))
}

/** Twice as long each time, of which a random part: those who failed together come back apart. */
function pause(attempt: number, random: () => number): number {
  return random() * Math.min(BACKOFF_LIMIT_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1))
}

function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined))
}
