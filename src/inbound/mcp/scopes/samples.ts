import type { Action } from '../../../kernel/action.ts'
import {
  ANYTHING,
  type Comparing,
  escaped,
  type OpenText,
  openText,
  sharedText,
} from '../../../kernel/text/shared-text.ts'

// Whether an agent may use some resource of many, no single decision can tell. So those are asked
// about that policies speak of: what stands in a rule leads to a name that the rule is about.

/** Pairs of characters that are compared for all templates of a page. */
const COMPARED_PER_PAGE = 500_000
/** Names that are tried of one template. */
const SAMPLES_LIMIT = 32

/** Patterns of resources that policies speak of, by operation. */
export type Named = (operation: string) => readonly string[]

export function comparing(): Comparing {
  return { left: COMPARED_PER_PAGE }
}

/** What stands for the expressions of a template where no rule speaks of any such name. */
const PLAIN = ['x', '1'] as const

/** Names of resources that a template may lead to, as policies name them: `desk:file:///srv/a`. */
export function templateSamples(
  { server, template }: { readonly server: string; readonly template: string },
  patterns: readonly string[],
  budget: Comparing,
): readonly string[] {
  const parts = [...openText(escaped(`${server}:`)), ...templateText(template)]
  const expanded = (text: string) =>
    parts.map((part) => (typeof part === 'string' ? part : text)).join('')
  const found = new Set<string>(PLAIN.map(expanded))
  // A path of its own, where an expression may hold one.
  found.add(parts.map((part) => (typeof part === 'string' ? part : pathFor(part))).join(''))
  for (const wanted of wantedBy(patterns)) {
    if (found.size >= SAMPLES_LIMIT || budget.left <= 0) break
    budget.left -= 1 + wanted.length + parts.length
    const name = sharedText(parts, wanted, budget)
    if (name !== undefined) found.add(name)
  }
  return [...found]
}

/** Some resources that a pattern speaks of, with these names: `desk:file:///srv/x`. */
export function patternSamples(pattern: string, beginning: string): readonly string[] {
  const parts = [...openText(escaped(beginning)), ANYTHING]
  return filled(pattern).flatMap((wanted) => sharedText(parts, wanted, comparing()) ?? [])
}

/** By the patterns of an operation, which are the same until the policies change. */
const WANTED = new WeakMap<readonly string[], readonly OpenText[]>()

function wantedBy(patterns: readonly string[]): readonly OpenText[] {
  const known = WANTED.get(patterns) ?? patterns.flatMap(filled)
  WANTED.set(patterns, known)
  return known
}

/** For the shortest name, and ones with something in place of each star: others may be denied. */
function filled(pattern: string): readonly OpenText[] {
  const text = openText(pattern)
  return ['', ...PLAIN].map((filler) => text.flatMap(before(filler)))
}

function before(filler: string): (part: OpenText[number]) => OpenText {
  return (part) => (typeof part === 'string' ? [part] : [...filler, part])
}

function pathFor({ without }: { readonly without: string }): string {
  return without.includes('/') ? 'x' : 'x/x'
}

/** An expression of a URI template (RFC 6570), with its operator. */
const EXPRESSION = /\{([+#/?&;.]?)[^{}]*\}/g

/** A template with its expressions left open: most of them hold no path. */
function templateText(template: string): OpenText {
  const parts: OpenText[number][] = []
  let from = 0
  for (const { 0: whole, 1: operator = '', index } of template.matchAll(EXPRESSION)) {
    parts.push(...template.slice(from, index))
    parts.push('+#/'.includes(operator) && operator !== '' ? ANYTHING : { without: '/' })
    from = index + whole.length
  }
  parts.push(...template.slice(from))
  return parts
}

/** The action that reading a resource of this name would be. */
export function readingNamed(server: string, name: string, method = 'resources/read'): Action {
  return { kind: 'mcp.request', server, method, args: { uri: name.slice(server.length + 1) } }
}
