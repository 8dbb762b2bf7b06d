import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'

/** A certificate with its key: of the own authority, or in two files. */
export type CertificateSource = 'own' | { readonly cert: string; readonly key: string }

/** Those whose certificates count: the own authority, or a file of certificates. */
export type AuthoritySource = 'own' | { readonly file: string }

export interface ListenTlsConfig {
  readonly certificate: CertificateSource
  readonly clients?: { readonly authority: AuthoritySource; readonly required: boolean }
}

/** TLS to somebody else. */
export interface PeerTlsConfig {
  readonly authority?: AuthoritySource
  readonly certificate?: CertificateSource
  /** Public keys as `sha256:<base64 of the SHA-256 of the SPKI>`. */
  readonly pins: readonly string[]
  readonly serverName?: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

export interface CertificatesConfig {
  readonly svidTtlMs: number
  readonly warnBeforeMs: readonly number[]
}

type Absolute = (path: string) => string
type WrittenListener = NonNullable<ConfigFile['listen']['mcp']['tls']>
type WrittenServer = ConfigFile['servers'][string]
type WrittenPeer = NonNullable<Extract<WrittenServer, { transport: 'http' }>['tls']>

/** Once it is checked: what a listener shows and asks. */
export function listenTlsOf(tls: WrittenListener, absolute: Absolute): ListenTlsConfig {
  const { client_ca: ca, client_certificate: certificate } = tls
  const required = certificate === 'required'
  return {
    certificate: certificateOf(tls.cert, tls.key, absolute),
    ...(ca !== undefined && { clients: { authority: authorityOf(ca, absolute), required } }),
  }
}

/** Once it is checked: TLS to somebody else; without a table what holds for all. */
export function peerTlsOf(tls: WrittenPeer | undefined, absolute: Absolute): PeerTlsConfig {
  if (tls === undefined) return { pins: [], minVersion: 'TLSv1.3' }
  const { ca, cert, key, pins, server_name: serverName, min_version: version } = tls
  return {
    ...(ca !== undefined && { authority: authorityOf(ca, absolute) }),
    ...(cert !== undefined && { certificate: certificateOf(cert, key, absolute) }),
    pins,
    ...(serverName !== undefined && { serverName }),
    minVersion: version === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
  }
}

export function certificatesOf(written: ConfigFile['certificates']): CertificatesConfig {
  return {
    svidTtlMs: parseDuration(written.svid_ttl) ?? 0,
    // The longest first.
    warnBeforeMs: written.warn_before.map((text) => parseDuration(text) ?? 0).sort((a, b) => b - a),
  }
}

function certificateOf(
  cert: string,
  key: string | undefined,
  absolute: Absolute,
): CertificateSource {
  if (cert === OWN || key === undefined) return OWN
  return { cert: absolute(cert), key: absolute(key) }
}

function authorityOf(ca: string, absolute: Absolute): AuthoritySource {
  return ca === OWN ? OWN : { file: absolute(ca) }
}

/** Stands in the configuration for what the runtime makes itself. */
export const OWN = 'own'
