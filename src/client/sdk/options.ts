import { ClientError } from './client-error.ts'
import type { DpopKey } from './dpop.ts'

/** How long one request may take, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 30_000
/** How long a call may take with all that it repeats and every wait between, in milliseconds. */
export const DEFAULT_DEADLINE_MS = 120_000
/** How often a request is sent at most, where it may be sent again at all. */
export const DEFAULT_ATTEMPTS = 4
/** The longest wait before the second attempt, in milliseconds; it doubles each time. */
export const BACKOFF_BASE_MS = 200
/** The longest wait between two attempts, in milliseconds. */
export const BACKOFF_LIMIT_MS = 5_000

/** A token, or where to get one: it is asked again when the runtime says that one has expired. */
export type TokenSource = string | (() => string | Promise<string>)

export interface ClientOptions {
  /** Where agents connect: `http://127.0.0.1:7070`. By default `PORTCULLIS_URL`. */
  readonly url?: string
  /** By default `PORTCULLIS_TOKEN`. */
  readonly token?: TokenSource
  /** The key that the token is bound to (RFC 9449). */
  readonly dpop?: DpopKey
  readonly timeoutMs?: number
  readonly deadlineMs?: number
  readonly attempts?: number
  /** In place of the platform's: an agent of your own, a test. */
  readonly ports?: Partial<ClientPorts>
}

/** What the client needs of the world. */
export interface ClientPorts {
  readonly fetch: typeof fetch
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** From 0 to 1, 1 not included. */
  readonly random: () => number
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** All that is needed, each with its value. */
export interface ClientSettings {
  readonly url: URL
  readonly token: TokenSource
  readonly dpop: DpopKey | undefined
  readonly timeoutMs: number
  readonly deadlineMs: number
  readonly attempts: number
  readonly ports: ClientPorts
}

/** @throws ClientError `CLIENT_NOT_CONFIGURED` with what is missing or wrong. */
export function settingsOf(options: ClientOptions): ClientSettings {
  const { token = variable('PORTCULLIS_TOKEN'), url = variable('PORTCULLIS_URL'), dpop } = options
  if (url === undefined) throw missing('where the runtime is: `url`, or PORTCULLIS_URL')
  if (token === undefined) throw missing('a token: `token`, or PORTCULLIS_TOKEN')
  return {
    ...{ url: addressOf(url), token, dpop },
    timeoutMs: numberOf(options.timeoutMs, 'PORTCULLIS_TIMEOUT_MS', DEFAULT_TIMEOUT_MS),
    deadlineMs: numberOf(options.deadlineMs, 'PORTCULLIS_DEADLINE_MS', DEFAULT_DEADLINE_MS),
    attempts: options.attempts ?? DEFAULT_ATTEMPTS,
    ports: { ...PLATFORM, ...options.ports },
  }
}

function addressOf(text: string): URL {
  if (!URL.canParse(text)) throw missing(`an address: \`${text}\` is none`)
  const url = new URL(text)
  // Over plain HTTP to another machine everybody on the way would hold the token.
  const local = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && local)) return url
  throw missing('an address that begins `https://`; plain `http` is for this machine alone')
}

function numberOf(given: number | undefined, name: string, otherwise: number): number {
  const number = given ?? Number(variable(name) ?? otherwise)
  if (Number.isFinite(number) && number > 0) return number
  throw missing(`a number of milliseconds above zero for ${name}`)
}

/** In a browser there is no environment. */
function variable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name] || undefined
}

function missing(what: string): ClientError {
  return new ClientError('CLIENT_NOT_CONFIGURED', `the client needs ${what}`)
}

const PLATFORM: ClientPorts = {
  fetch: (...args) => fetch(...args),
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', leave)
        resolve()
      }, ms)
      signal.addEventListener('abort', leave, { once: true })
      if (signal.aborted) leave()
    }),
}
