import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../json/value.ts'

/** A public key (RFC 7517) of the two kinds that agents prove themselves with. */
export interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string
  /** The name that its owner gave it, or its thumbprint (RFC 7638). */
  readonly kid: string
  readonly alg: string
}

/** base64url of 32 bytes. */
const COORDINATE = /^[A-Za-z0-9_-]{43}$/
/** A `kid` is looked up in a list of ours and nowhere else, and stands in receipts. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/

/**
 * A key as it is kept: what is read of it, and nothing else that was written beside it. Nothing for
 * a private key, another kind, or what is no key.
 */
export function publicJwk(jwk: JsonObject): PublicJwk | undefined {
  const { kty, crv, x, y, d } = jwk
  const named = typeof jwk.kid === 'string' && NAME.test(jwk.kid) ? jwk.kid : undefined
  if (d !== undefined || !isCoordinate(x)) return undefined
  if (kty === 'OKP' && crv === 'Ed25519' && y === undefined) {
    return { kty, crv, x, kid: named ?? thumbprint({ crv, kty, x }), alg: 'EdDSA' }
  }
  if (kty === 'EC' && crv === 'P-256' && isCoordinate(y)) {
    return { kty, crv, x, y, kid: named ?? thumbprint({ crv, kty, x, y }), alg: 'ES256' }
  }
  return undefined
}

/** The keys of a JWK or a JWK Set (RFC 7517 section 5); nothing where one is of another kind. */
export function publicJwks(value: unknown): readonly PublicJwk[] | undefined {
  if (!isJsonObject(value)) return undefined
  const listed = Array.isArray(value.keys) ? value.keys : [value]
  const keys = listed.map((key) => (isJsonObject(key) ? publicJwk(key) : undefined))
  return keys.every((key) => key !== undefined) ? keys : undefined
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && COORDINATE.test(value)
}

/** RFC 7638: the members that make the key, in the order of their names. */
function thumbprint(members: Readonly<Record<string, string>>): string {
  const digest = hash('sha256', JSON.stringify(members), 'base64')
  return digest.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
