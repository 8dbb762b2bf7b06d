import {
  checkServerIdentity,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureVersion,
} from 'node:tls'
import { buildConnector } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'
import { peerFaultOf } from '../../kernel/tls/peer-fault.ts'
import type { Live } from './live.ts'
import type { KeyPair } from './pem-files.ts'
import { isPinned } from './pins.ts'

/** Whom we believe that we speak to, and how we prove ourselves there. */
export interface PeerTls {
  /** PEM; absent: those that Node knows. */
  readonly authorities?: Live<readonly string[]>
  readonly certificate?: Live<KeyPair>
  readonly pins: readonly string[]
  readonly serverName?: string
  readonly minVersion: SecureVersion
}

/** How connections are opened. undici's own type. */
export type Connect = buildConnector.connector

/** What holds where nothing is configured: TLS 1.3, and the authorities that Node knows. */
export const PLAIN_PEER: PeerTls = { pins: [], minVersion: 'TLSv1.3' }

/**
 * Opens connections as configured; plain ones to plain addresses. Other certificates and
 * authorities hold from the next connection on. A peer that is not the one is refused with
 * `PEER_CERTIFICATE_EXPIRED`, `PEER_CERTIFICATE_UNTRUSTED`, `PEER_CERTIFICATE_MISNAMED`,
 * `PEER_PIN_MISMATCH`, `PEER_TLS_TOO_OLD`; `PEER_REFUSED_CERTIFICATE` when it refused us.
 */
export function peerConnector(
  peer: PeerTls,
  { timeoutMs }: { readonly timeoutMs: number },
): Connect {
  let made: Connect | undefined
  for (const live of [peer.authorities, peer.certificate]) {
    live?.onChange(() => {
      made = undefined
    })
  }
  return (options, callback) => {
    made ??= build(peer, timeoutMs)
    const named = { ...options, ...(peer.serverName && { servername: peer.serverName }) }
    made(named, (...[error, socket]) => {
      if (error === null) callback(null, socket)
      else callback(translated(error), null)
    })
  }
}

function build(peer: PeerTls, timeoutMs: number): Connect {
  const { authorities, certificate, minVersion, pins, serverName } = peer
  return buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    minVersion,
    // What is resumed shows no certificate: each connection is to be checked.
    maxCachedSessions: 0,
    ...(authorities && { ca: [...authorities.current()] }),
    ...certificate?.current(),
    checkServerIdentity: (host: string, shown: PeerCertificate) =>
      checkServerIdentity(serverName ?? host, shown) ?? pinFault(shown, pins),
  })
}

function pinFault(shown: PeerCertificate, pins: readonly string[]): Error | undefined {
  if (pins.length === 0 || isPinned(shown as DetailedPeerCertificate, pins)) return undefined
  return new PortcullisError('PEER_PIN_MISMATCH', 'no pinned key stands in the chain shown there')
}

function translated(error: Error): Error {
  const fault = 'code' in error ? peerFaultOf(String(error.code)) : undefined
  if (error instanceof PortcullisError || fault === undefined) return error
  return new PortcullisError(fault, error.message, { cause: error })
}
