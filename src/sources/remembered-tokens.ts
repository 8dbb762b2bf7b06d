import { hash } from 'node:crypto'

/** Digests of the tokens of requests under way: several steps of a request ask for the same. */
const digests = new WeakMap<object, string>()

/** SHA-256 of the token, in base64url: under this a token is remembered, never as it is. */
export function tokenDigest(credential: { readonly token: string }): string {
  const known = digests.get(credential)
  if (known !== undefined) return known
  const digest = hash('sha256', credential.token, 'base64url')
  digests.set(credential, digest)
  return digest
}

/** Tokens of which it is remembered what was learnt of them. */
export const REMEMBERED_TOKENS_LIMIT = 10_000

/** Remembers what was learnt of a token, by its digest; the oldest makes room. */
export function rememberToken<T>(known: Map<string, T>, digest: string, learnt: T): void {
  const [oldest] = known.keys()
  if (known.size >= REMEMBERED_TOKENS_LIMIT && oldest !== undefined) known.delete(oldest)
  known.set(digest, learnt)
}
