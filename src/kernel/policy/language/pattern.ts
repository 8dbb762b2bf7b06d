import { reservedFamily } from '../../admin/admin-call.ts'
import { unreachable } from '../../errors.ts'

/** Which names are meant: one, all with a beginning, or all. */
export type Pattern =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'every' }

export const EVERY: Pattern = { kind: 'every' }

/** Reads `slack.post_message`, `slack.*`, `*`. Undefined when a star stands anywhere but last. */
export function patternOf(text: string): Pattern | undefined {
  const star = text.indexOf('*')
  if (star === -1) return { kind: 'exact', text }
  if (star !== text.length - 1) return undefined
  return star === 0 ? EVERY : { kind: 'prefix', text: text.slice(0, -1) }
}

export function matches(pattern: Pattern, name: string): boolean {
  switch (pattern.kind) {
    case 'exact':
      return name === pattern.text
    case 'prefix':
      return name.startsWith(pattern.text)
    case 'every':
      return true
    default:
      return unreachable(pattern)
  }
}

/** Is there a name that both mean? */
export function overlap(a: Pattern, b: Pattern): boolean {
  if (a.kind === 'every' || b.kind === 'every') return true
  if (a.kind === 'exact') return matches(b, a.text)
  if (b.kind === 'exact') return matches(a, b.text)
  return a.text.startsWith(b.text) || b.text.startsWith(a.text)
}

/** The names that both mean; undefined when there is none. */
export function intersection(a: Pattern, b: Pattern): Pattern | undefined {
  if (!overlap(a, b)) return undefined
  if (a.kind === 'every') return b
  if (b.kind === 'every') return a
  return b.kind === 'exact' || b.text.length > a.text.length ? b : a
}

/** Does every name that `inner` means belong to those that `outer` means? */
export function covers(outer: Pattern, inner: Pattern): boolean {
  if (outer.kind === 'every') return true
  if (inner.kind === 'every') return false
  if (outer.kind === 'exact') return inner.kind === 'exact' && inner.text === outer.text
  return inner.text.startsWith(outer.text)
}

/**
 * Is a rule with this pattern about the operation? About administration it is only when it names
 * that: `*` says what agents may do, and nobody becomes an operator by it, or is locked out.
 */
export function isAbout(pattern: Pattern, operation: string): boolean {
  return matches(pattern, operation) && beginningOf(pattern).startsWith(reservedFamily(operation))
}

/** Is every operation that a rule with `inner` is about one that a rule with `outer` is about? */
export function coversOperations(outer: Pattern, inner: Pattern): boolean {
  const family = reservedFamily(beginningOf(inner))
  return covers(outer, inner) && beginningOf(outer).startsWith(family)
}

function beginningOf(pattern: Pattern): string {
  return pattern.kind === 'every' ? '' : pattern.text
}
