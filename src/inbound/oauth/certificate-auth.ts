import { X509Certificate } from 'node:crypto'
import type { Context } from 'oidc-provider'
import type { OAuthDoorOptions } from './options.ts'

/**
 * Clients that prove themselves by their certificate (RFC 8705 section 2.1), and tokens bound to
 * one. That it verified under our authority, the listener has made sure of.
 */
export function certificateAuth(certificates: OAuthDoorOptions['certificates']): object {
  if (certificates === undefined) return { enabled: false }
  const shown = (ctx: Context) => {
    const certificate = certificates.of(ctx.req)
    return certificate && new X509Certificate(certificate.der)
  }
  return {
    ...{ enabled: true, tlsClientAuth: true, certificateBoundAccessTokens: true },
    getCertificate: shown,
    certificateAuthorized: (ctx: Context) => shown(ctx) !== undefined,
    certificateSubjectMatches: (ctx: Context, property: string, expected: string) =>
      property === 'tls_client_auth_san_uri' && isNamed(shown(ctx), expected),
  }
}

/** X509-SVID section 2: one URI, and it is the name. Node writes a value with a comma in quotes. */
function isNamed(certificate: X509Certificate | undefined, expected: string): boolean {
  const names = certificate?.subjectAltName?.split(', ') ?? []
  const uris = names.filter((name) => name.startsWith('URI:'))
  return uris.length === 1 && uris[0] === `URI:${expected}`
}
