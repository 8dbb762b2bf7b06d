/** A key of the caller's, made with `crypto.subtle`; the private half need not be extractable. */
export interface DpopKey {
  readonly privateKey: Key
  readonly publicKey: Key
}

type Key = Parameters<typeof crypto.subtle.sign>[1]

/** What a proof is made for. */
export interface ProofOf {
  readonly method: string
  readonly url: string
  readonly token: string
  /** Seconds since the epoch. */
  readonly now: number
  /** What the runtime last asked to find in it (RFC 9449 section 8). */
  readonly nonce: string | undefined
}

/** Proof that the holder of the key sends this one request (RFC 9449 section 4.2). */
export async function dpopProof(key: DpopKey, of: ProofOf): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const jwk = y === undefined ? { kty, crv, x } : { kty, crv, x, y }
  const header = { typ: 'dpop+jwt', alg: algorithmOf(key), jwk }
  const claims = {
    ...{ jti: crypto.randomUUID(), htm: of.method, htu: of.url, iat: of.now },
    ath: base64url(await crypto.subtle.digest('SHA-256', utf8(of.token))),
    ...(of.nonce !== undefined && { nonce: of.nonce }),
  }
  const signed = [header, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
  const scheme = { name: key.privateKey.algorithm.name, hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(scheme, key.privateKey, utf8(signed))
  return `${signed}.${base64url(signature)}`
}

function algorithmOf({ publicKey }: DpopKey): 'ES256' | 'EdDSA' {
  return publicKey.algorithm.name === 'Ed25519' ? 'EdDSA' : 'ES256'
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '')
}
