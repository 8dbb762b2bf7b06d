import { hash, X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate } from 'node:tls'

/** Certificates of a chain that are looked at. */
const CHAIN_LIMIT = 10

/** The pin of a public key: `sha256:` and the base64 of the digest of its SPKI (RFC 7469). */
export function pinOf({ publicKey }: X509Certificate): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${hash('sha256', spki, 'base64')}`
}

/**
 * Whether a pinned key stands in the chain. A link counts only where it signed the one before it:
 * anybody can lay a certificate with somebody else's public key beside their own.
 */
export function isPinned(peer: DetailedPeerCertificate, pins: readonly string[]): boolean {
  let link: DetailedPeerCertificate | undefined = peer
  let certificate = new X509Certificate(peer.raw)
  for (let depth = 0; depth < CHAIN_LIMIT; depth += 1) {
    if (pins.includes(pinOf(certificate))) return true
    const next: DetailedPeerCertificate | undefined = link.issuerCertificate
    if (next === undefined || next === link || next.raw === undefined) return false
    const issuer = new X509Certificate(next.raw)
    if (!certificate.verify(issuer.publicKey)) return false
    link = next
    certificate = issuer
  }
  return false
}
