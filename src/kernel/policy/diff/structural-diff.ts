import type { Part } from './outline.ts'

/** A part that one version has and the other has not, or has otherwise. */
export interface StructuralChange {
  readonly kind: 'added' | 'removed' | 'changed'
  readonly what: Part['what']
  readonly owner: string
  readonly before?: Place
  readonly after?: Place
}

/** A part as written, but on one line, and where it stands. */
export interface Place {
  readonly text: string
  readonly file: string
  readonly line: number
}

/** What was added, removed and changed, in the order of the owners' names. */
export function structuralDiff(
  before: readonly Part[],
  after: readonly Part[],
): readonly StructuralChange[] {
  const [was, is] = [before, after].map((parts) => Map.groupBy(parts, ({ owner }) => owner))
  const owners = new Set([...before, ...after].map(({ owner }) => owner))
  return [...owners].sort().flatMap((owner) => {
    const [a, b] = [was?.get(owner) ?? [], is?.get(owner) ?? []]
    return paired(without(a, b), without(b, a))
  })
}

/** Those of `parts` that are not among `others`; what is there twice counts twice. */
function without(parts: readonly Part[], others: readonly Part[]): readonly Part[] {
  const left = others.map(keyOf)
  return parts.filter((part) => {
    const at = left.indexOf(keyOf(part))
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

function keyOf({ what, normal }: Part): string {
  return `${what} ${normal}`
}

/** A part that went and one that came in its place, alike as far as can be, are one change. */
function paired(gone: readonly Part[], come: readonly Part[]): readonly StructuralChange[] {
  const unmatched = [...come]
  const changes = gone.map((part): StructuralChange => {
    const at = likest(part, unmatched)
    const [after] = at === -1 ? [] : unmatched.splice(at, 1)
    const { what, owner } = part
    if (after === undefined) return { kind: 'removed', what, owner, before: placeOf(part) }
    return { kind: 'changed', what, owner, before: placeOf(part), after: placeOf(after) }
  })
  const added = unmatched.map(
    (part): StructuralChange => ({
      ...{ kind: 'added', what: part.what, owner: part.owner },
      after: placeOf(part),
    }),
  )
  return [...changes, ...added]
}

/** Of the same kind of rule, the one that shares the longest beginning. */
function likest(part: Part, others: readonly Part[]): number {
  let best = -1
  let longest = -1
  const [word] = part.normal.split(' ')
  for (const [at, { what, normal }] of others.entries()) {
    if (what !== part.what || normal.split(' ')[0] !== word) continue
    const length = sharedLength(part.normal, normal)
    if (length > longest) {
      best = at
      longest = length
    }
  }
  return best
}

function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

function placeOf({ text, file, line }: Part): Place {
  return { text, file, line }
}
