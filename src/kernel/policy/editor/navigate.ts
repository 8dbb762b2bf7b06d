import type { ParsedFile } from '../language/parser.ts'
import type { Span } from '../language/source.ts'
import type { PolicyNode } from '../language/syntax.ts'
import type { Place } from './declared.ts'
import { nameOf } from './declared.ts'
import type { EditedSet } from './edited-set.ts'
import type { Occurrence } from './subject.ts'
import { isSame } from './subject.ts'

/** Where what stands at a place is declared; more than once when it is declared so. */
export function definitionsOf(set: EditedSet, file: ParsedFile, offset: number): readonly Place[] {
  const here = set.namedAt(file, offset)
  if (here === undefined) return []
  if (here.subject.kind === 'element') return elementAt(set, file, here)
  return placesOf(set, here).flatMap(({ place, declares }) => (declares ? [place] : []))
}

export interface ReferenceOptions {
  readonly includeDeclaration: boolean
}

/** Every place of the set that names the same. */
export function referencesOf(
  set: EditedSet,
  here: { readonly file: ParsedFile; readonly offset: number },
  { includeDeclaration }: ReferenceOptions,
): readonly Place[] {
  const named = set.namedAt(here.file, here.offset)
  if (named === undefined) return []
  const found = placesOf(set, named)
  return found.flatMap(({ place, declares }) => (includeDeclaration || !declares ? [place] : []))
}

function placesOf(set: EditedSet, { subject }: Occurrence) {
  return set.files.flatMap((file) =>
    set
      .namedIn(file)
      .filter((other) => isSame(subject, other.subject))
      .map(({ at, declares }) => ({ place: { source: file.source, at }, declares })),
  )
}

/** The name of a quantifier's element is known in its quantifier alone. */
function elementAt(set: EditedSet, file: ParsedFile, here: Occurrence): readonly Place[] {
  const before = set.namedIn(file).filter(({ declares, subject, at }) => {
    return declares && isSame(subject, here.subject) && at.start <= here.at.start
  })
  const [last] = before.slice(-1)
  return last === undefined ? [] : [{ source: file.source, at: last.at }]
}

/** A part of a file as an outline shows it. */
export interface OutlineItem {
  readonly kind: 'policy' | 'rule' | 'declaration'
  readonly name: string
  /** What it is: `order`, `deny`. */
  readonly detail: string
  readonly at: Span
  /** What to go to. */
  readonly nameAt: Span
  readonly parts: readonly OutlineItem[]
}

/** The policies and declarations of a file in the order of its text. */
export function outlineOf({ tree, source }: ParsedFile): readonly OutlineItem[] {
  const declarations = tree.declarations.map((node): OutlineItem => {
    const name = nameOf(node)
    const detail = node.kind === 'class' && node.of === 'resources' ? 'resource class' : node.kind
    return {
      ...{ kind: 'declaration', name: name.text, detail },
      at: node,
      nameAt: name,
      parts: [],
    }
  })
  const policies = tree.policies.map((node) => outlineOfPolicy(node, source.text))
  return [...declarations, ...policies].sort((a, b) => a.at.start - b.at.start)
}

function outlineOfPolicy(policy: PolicyNode, text: string): OutlineItem {
  const written = (spans: readonly Span[]) =>
    spans.map(({ start, end }) => text.slice(start, end).replaceAll(/\s+/gu, ' ')).join(', ')
  const parts = policy.rules.map((rule): OutlineItem => {
    const target = written(rule.target ?? [])
    const demands = 'requirements' in rule ? [written(rule.requirements)] : []
    const about = [...demands, ...(target === '' ? [] : [target])].join(' for ').slice(0, MAX_NAME)
    return { kind: 'rule', name: about, detail: rule.kind, at: rule, nameAt: rule, parts: [] }
  })
  const { name } = policy
  return { kind: 'policy', name: name.text, detail: 'policy', at: policy, nameAt: name, parts }
}

/** Characters of a rule's name in an outline. */
const MAX_NAME = 80
