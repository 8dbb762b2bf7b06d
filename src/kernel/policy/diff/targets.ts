import type { Head } from '../check/checked.ts'
import type { Pattern } from '../language/pattern.ts'
import { isAbout, matches, overlap } from '../language/pattern.ts'
import { actsOnResource, type Target } from './probe-requests.ts'
import type { RuleShape } from './rule-shapes.ts'

/** Operations that are tried for one pattern that means many. */
const MAX_EXAMPLES = 8
/** Operations and resources that one search tries. */
export const MAX_TARGETS = 2_000
const BUILT_IN: readonly string[] = [
  ...['memory.read', 'memory.write'],
  ...['storage.read', 'storage.write', 'storage.delete', 'storage.list'],
]

export interface Targets {
  readonly list: readonly Target[]
  /** False when a bound left some out. */
  readonly all: boolean
}

/** Operations and resources to try: what the touched rules name, by name or by an example. */
export function targetsOf(touched: readonly RuleShape[], all: readonly RuleShape[]): Targets {
  const heads = all.flatMap((rule) => rule.heads)
  const named = exactOf(heads.map(({ operation }) => operation))
  const targets = new Map<string, Target>()
  for (const { operation: pattern, resource } of touched.flatMap((rule) => rule.heads))
    for (const operation of examplesOf(pattern, [...named, ...BUILT_IN])) {
      if (targets.size >= MAX_TARGETS) return { list: [...targets.values()], all: false }
      for (const id of resourcesOf(operation, resource, heads))
        targets.set(`${operation} ${id}`, { operation, resource: id })
    }
  return { list: [...targets.values()], all: true }
}

function exactOf(patterns: readonly Pattern[]): readonly string[] {
  const texts = patterns.flatMap((pattern) => (pattern.kind === 'exact' ? [pattern.text] : []))
  return [...new Set(texts)]
}

/** Names that the pattern means: those that are known, and one that nobody names. */
function examplesOf(pattern: Pattern, known: readonly string[]): readonly string[] {
  if (pattern.kind === 'exact') return [pattern.text]
  const fitting = known.filter((name) => matches(pattern, name)).slice(0, MAX_EXAMPLES)
  const unknown = pattern.kind === 'every' ? 'another.operation' : `${pattern.text}another`
  return [...new Set([...fitting, unknown])]
}

/** A tool is its own resource; others act on one that is named. */
function resourcesOf(
  operation: string,
  wanted: Pattern,
  heads: readonly Head[],
): readonly string[] {
  if (!actsOnResource(operation)) return matches(wanted, operation) ? [operation] : []
  const about = heads.flatMap((head) => (isAbout(head.operation, operation) ? [head.resource] : []))
  const known = exactOf(about)
  const near = about.filter((pattern) => pattern.kind === 'prefix' && overlap(pattern, wanted))
  return [wanted, ...near].flatMap((pattern) =>
    examplesOf(pattern, known).filter((name) => matches(wanted, name)),
  )
}
