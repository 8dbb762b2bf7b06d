import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import { OWN } from './tls-config.ts'

const DAY_MS = 86_400_000
/** Shortest and longest life of what the own authority issues, in milliseconds. */
export const SVID_TTL_BOUNDS_MS = { least: 60_000, most: DAY_MS }
/** Shortest and longest time from a warning to the end of a certificate, in milliseconds. */
export const WARN_BOUNDS_MS = { least: 60_000, most: 366 * DAY_MS }

interface TlsFinding {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What a schema cannot say of TLS to servers. */
export function* checkPeerTls({ servers }: Pick<ConfigFile, 'servers'>): Generator<TlsFinding> {
  for (const [name, server] of Object.entries(servers)) {
    if (server.transport !== 'http' || server.tls === undefined) continue
    yield* pair(['servers', name, 'tls'], server.tls)
    if (server.url.startsWith('http:')) {
      yield { path: ['servers', name, 'tls'], message: '`tls` is for an address of `https`' }
    }
  }
}

/** What a schema cannot say of the certificates of the runtime. */
export function* checkOwnTls({
  listen,
  certificates,
  witnesses,
}: ConfigFile): Generator<TlsFinding> {
  for (const [door, { tls }] of Object.entries(listen)) {
    if (tls !== undefined) yield* pair(['listen', door, 'tls'], tls)
  }
  if (witnesses.tls !== undefined) yield* pair(['witnesses', 'tls'], witnesses.tls)
  const ttl = parseDuration(certificates.svid_ttl) ?? 0
  if (ttl < SVID_TTL_BOUNDS_MS.least || ttl > SVID_TTL_BOUNDS_MS.most) {
    yield { path: ['certificates', 'svid_ttl'], message: 'an SVID may live from `1m` to `24h`' }
  }
  for (const [index, text] of certificates.warn_before.entries()) {
    const before = parseDuration(text) ?? 0
    if (before >= WARN_BOUNDS_MS.least && before <= WARN_BOUNDS_MS.most) continue
    const path = ['certificates', 'warn_before', index]
    yield { path, message: 'a warning may come `1m` to `366d` before the end' }
  }
}

interface Pair {
  readonly cert?: string
  readonly key?: string
}

function* pair(path: readonly string[], { cert, key }: Pair): Generator<TlsFinding> {
  if (cert === OWN && key !== undefined) {
    yield { path: [...path, 'key'], message: '`cert = "own"` brings its key along' }
  } else if (cert !== OWN && cert !== undefined && key === undefined) {
    yield { path: [...path, 'cert'], message: 'a certificate in a file needs its `key`' }
  } else if (cert === undefined && key !== undefined) {
    yield { path: [...path, 'key'], message: 'a `key` is of no use without its `cert`' }
  }
}

/** The files of certificates and keys that a configuration names, by where it does. */
export function* tlsFiles({
  listen,
  servers,
  witnesses,
}: Pick<ConfigFile, 'servers'> & Partial<Pick<ConfigFile, 'listen' | 'witnesses'>>): Generator<
  [readonly string[], string | undefined]
> {
  for (const [door, { tls }] of Object.entries(listen ?? {})) {
    if (tls === undefined) continue
    const path = ['listen', door, 'tls']
    yield* files(path, { cert: tls.cert, key: tls.key, client_ca: tls.client_ca })
  }
  if (witnesses?.tls !== undefined) {
    const { cert, key, ca } = witnesses.tls
    yield* files(['witnesses', 'tls'], { cert, key, ca })
  }
  for (const [name, server] of Object.entries(servers)) {
    if (server.transport !== 'http' || server.tls === undefined) continue
    const { cert, key, ca } = server.tls
    yield* files(['servers', name, 'tls'], { cert, key, ca })
  }
}

function* files(
  path: readonly string[],
  named: Readonly<Record<string, string | undefined>>,
): Generator<[readonly string[], string | undefined]> {
  for (const [name, file] of Object.entries(named)) {
    if (file !== OWN) yield [[...path, name], file]
  }
}
