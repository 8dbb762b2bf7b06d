/** Characters of an address that a browser is sent back to. */
export const REDIRECT_URI_LIMIT = 512

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/
/** RFC 8252 section 7.1: a name that its owner has reversed, so not `javascript:` or `data:`. */
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/

/**
 * May a browser be sent back there (RFC 8252, OAuth 2.1 section 2.3.1)? To this machine, to a web
 * server over TLS, or to a program that owns the scheme.
 */
export function isRedirectUri(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > REDIRECT_URI_LIMIT) return false
  const url = URL.parse(text)
  if (url === null || url.hash !== '' || text.includes('#')) return false
  if (url.username !== '' || url.password !== '' || /[\s"'<>\\]/.test(text)) return false
  if (url.protocol === 'http:') return LOOPBACK.test(url.hostname)
  if (url.protocol === 'https:') return !LOOPBACK.test(url.hostname)
  return PRIVATE_SCHEME.test(url.protocol)
}

/** What a policy of content names to let a form end there. */
export function formTargetOf(redirectUri: string): string {
  const { protocol, origin } = new URL(redirectUri)
  return /^https?:$/.test(protocol) ? origin : protocol
}
