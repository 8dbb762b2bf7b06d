import { unreachable } from '../../errors.ts'
import { escaped } from '../../text/shared-text.ts'
import type { CompiledRule } from '../evaluate/compiled.ts'
import { partsOf } from '../language/expression-parts.ts'
import { isAbout, type Pattern } from '../language/pattern.ts'
import type { Expression } from '../language/syntax.ts'

/** Patterns that are named of one operation; of more the rest is left out. */
export const NAMED_LIMIT = 256

/**
 * Which resources the allows of an operation speak of, as patterns in which `*` stands for any
 * stretch: those of their targets, and what their conditions may compare an id with. Where it is to
 * be found out whether any resource of some kind is permitted, these are the ones to try.
 */
export function namedResources(
  rules: readonly CompiledRule[],
  operation: string,
): readonly string[] {
  const named = new Set<string>()
  for (const { kind, heads, guards, requirements } of rules) {
    const own = heads.filter((head) => isAbout(head.operation, operation))
    if (kind !== 'allow' || own.length === 0) continue
    for (const { resource } of own) named.add(patternText(resource))
    const clauses = [...guards, ...requirements.flatMap(({ predicates }) => predicates)]
    for (const { node } of clauses) for (const text of comparedWith(node)) named.add(text)
    if (named.size >= NAMED_LIMIT) break
  }
  return [...named].slice(0, NAMED_LIMIT)
}

function patternText(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'exact':
      return escaped(pattern.text)
    case 'prefix':
      return `${escaped(pattern.text)}*`
    case 'every':
      return '*'
    default:
      return unreachable(pattern)
  }
}

/** Roots of attributes that say which resource it is. */
const NAMING: ReadonlySet<string> = new Set(['resource', 'data', 'args', 'input'])
const TESTS: ReadonlySet<Expression['kind']> = new Set(['comparison', 'in', 'like', 'method'])

/** Texts that a condition compares with what names a resource. */
function* comparedWith(node: Expression): Generator<string> {
  if (!TESTS.has(node.kind)) {
    for (const part of partsOf(node)) yield* comparedWith(part)
  } else if (isAboutName(node)) {
    yield* textsIn(node)
  }
}

function isAboutName(node: Expression): boolean {
  if (node.kind === 'path') return NAMING.has(node.root.text)
  return partsOf(node).some(isAboutName)
}

/**
 * A text may be an id, the beginning or the end of one, or a part of it. A resource of a server is
 * also compared by its own URI, which stands in the id behind a colon.
 */
function* textsIn(node: Expression): Generator<string> {
  if (node.kind === 'like') yield* [node.pattern, `*:${node.pattern}`]
  if (node.kind === 'literal' && typeof node.value === 'string' && node.value !== '') {
    const text = escaped(node.value)
    yield* [text, `${text}*`, `*${text}`, `*:${text}`, `*${text}*`]
  }
  for (const part of partsOf(node)) yield* textsIn(part)
}
