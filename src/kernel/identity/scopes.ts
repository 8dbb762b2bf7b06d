import { PortcullisError } from '../errors.ts'

/** Scopes of one credential. */
export const SCOPES_LIMIT = 64
/** Characters of one scope, and of all of one credential: a token has to fit into a header. */
export const SCOPE_LENGTH_LIMIT = 128
export const SCOPE_TEXT_LIMIT = 1_500

/** Every operation. */
export const EVERYTHING = '*'

/** A name of an operation, or the beginning of names with a star last: `crm.query`, `crm.*`. */
const SCOPE = /^(?:\*|[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*(?:\.?\*)?)$/

export function isScope(text: string): boolean {
  return text.length <= SCOPE_LENGTH_LIMIT && SCOPE.test(text)
}

/** The scopes in a text as OAuth writes them, with spaces between (RFC 6749 section 3.3). */
export function readScopes(text: string): readonly string[] | undefined {
  if (text.length > SCOPE_TEXT_LIMIT) return undefined
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))]
  return scopes.length <= SCOPES_LIMIT && scopes.every(isScope) ? scopes : undefined
}

/** @throws PortcullisError `OAUTH_SCOPE_INVALID` for a text that holds something else. */
export function parseScopes(text: string): readonly string[] {
  const scopes = readScopes(text)
  if (scopes !== undefined) return scopes
  throw new PortcullisError('OAUTH_SCOPE_INVALID', 'that is no list of operations')
}

/** May the operation be asked for under these scopes? Without any there is no limit. */
export function covers(scopes: readonly string[] | undefined, operation: string): boolean {
  return scopes === undefined || scopes.some((scope) => isWithin(operation, scope))
}

/** Is all that the one list covers covered by the other? */
export function isNarrower(scopes: readonly string[], than: readonly string[]): boolean {
  return scopes.every((scope) => than.some((wide) => isWithin(scope, wide)))
}

/** What both lists cover. */
export function commonScopes(one: readonly string[], other: readonly string[]): readonly string[] {
  const common = one.flatMap((a) =>
    other.flatMap((b) => (isWithin(a, b) ? [a] : isWithin(b, a) ? [b] : [])),
  )
  return [...new Set(common)]
}

/** An operation or a scope within a scope: a star stands for whatever follows. */
function isWithin(inner: string, outer: string): boolean {
  return outer.endsWith('*') ? inner.startsWith(outer.slice(0, -1)) : inner === outer
}
