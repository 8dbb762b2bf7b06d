import type { Pattern } from '../language/pattern.ts'
import { matches, overlap } from '../language/pattern.ts'
import { actsOnResource, type Target } from './probe-requests.ts'
import type { RuleShape } from './rule-shapes.ts'

/** Operations that are tried for one pattern that means many. */
const MAX_EXAMPLES = 8
const MEMORY: readonly string[] = ['memory.read', 'memory.write']

/** Operations and resources to try: what the touched rules name, by name or by an example. */
export function targetsOf(
  touched: readonly RuleShape[],
  all: readonly RuleShape[],
): readonly Target[] {
  const heads = all.flatMap((rule) => rule.heads)
  const named = exactOf(heads.map(({ operation }) => operation))
  const targets = new Map<string, Target>()
  for (const { operation: pattern, resource } of touched.flatMap((rule) => rule.heads))
    for (const operation of examplesOf(pattern, [...named, ...MEMORY])) {
      const about = heads.filter((head) => matches(head.operation, operation))
      for (const id of resourcesOf(
        operation,
        resource,
        about.map((head) => head.resource),
      ))
        targets.set(`${operation} ${id}`, { operation, resource: id })
    }
  return [...targets.values()]
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

/** A tool is its own resource; records are in a namespace. */
function resourcesOf(
  operation: string,
  wanted: Pattern,
  about: readonly Pattern[],
): readonly string[] {
  if (!actsOnResource(operation)) return matches(wanted, operation) ? [operation] : []
  const known = exactOf(about)
  const near = about.filter((pattern) => pattern.kind === 'prefix' && overlap(pattern, wanted))
  return [wanted, ...near].flatMap((pattern) =>
    examplesOf(pattern, known).filter((name) => matches(wanted, name)),
  )
}
