import { X509Certificate } from 'node:crypto'

/** How often those who trust us should read the bundle again, in seconds. */
export const BUNDLE_REFRESH_S = 60

/** The roots in the form of the SPIFFE Trust Domain and Bundle standard, section 4. */
export interface TrustBundle {
  readonly keys: readonly BundleKey[]
  /** Grows with each change. */
  readonly spiffe_sequence: number
  readonly spiffe_refresh_hint: number
}

interface BundleKey {
  readonly use: 'x509-svid'
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y: string
  /** DER in base64 (RFC 7517 section 4.7). */
  readonly x5c: readonly [string]
}

export function trustBundle(roots: readonly string[], sequence: number): TrustBundle {
  return {
    keys: roots.map(keyOf),
    spiffe_sequence: sequence,
    spiffe_refresh_hint: BUNDLE_REFRESH_S,
  }
}

function keyOf(pem: string): BundleKey {
  const certificate = new X509Certificate(pem)
  const { kty = '', crv = '', x = '', y = '' } = certificate.publicKey.export({ format: 'jwk' })
  return { use: 'x509-svid', kty, crv, x, y, x5c: [certificate.raw.toString('base64')] }
}
