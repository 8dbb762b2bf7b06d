import type { Span } from '../language/source.ts'
import type { DeclaredKind } from './declared.ts'

/** What is named somewhere. */
export interface Subject {
  readonly kind: DeclaredKind | 'policy' | 'label' | 'attribute' | 'element' | 'resource'
  /** Of an attribute: its path below the root. */
  readonly name: string
  /** Orders of a label, declarations of an attribute: the same name elsewhere is another thing. */
  readonly owners?: readonly string[]
}

/** A place where something is named. */
export interface Occurrence {
  readonly at: Span
  readonly subject: Subject
  /** It is declared here. */
  readonly declares: boolean
}

export function isSame(a: Subject, b: Subject): boolean {
  if (a.kind !== b.kind || a.name !== b.name) return false
  const [mine, theirs] = [a.owners, b.owners]
  return mine === undefined || theirs === undefined || mine.some((it) => theirs.includes(it))
}
