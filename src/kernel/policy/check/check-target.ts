import { nearest } from '../../text/nearest.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Pattern } from '../language/pattern.ts'
import { EVERY, overlap } from '../language/pattern.ts'
import type { Span } from '../language/source.ts'
import type { Glob, TargetPattern } from '../language/syntax.ts'
import { trimmed } from '../language/trimmed.ts'
import type { Attached } from './attachments.ts'
import { attach } from './attachments.ts'
import { RESOURCE_FAMILIES, RESOURCE_ROOTS } from './builtins.ts'
import type { Head } from './checked.ts'
import { isBare, starPattern } from './patterns.ts'
import type { NamedClass, Vocabulary } from './vocabulary.ts'

export interface TargetContext {
  readonly diagnostics: Diagnostics
  readonly vocabulary: Vocabulary
  readonly attached: Attached
}

/**
 * The heads of a rule. What no request can ever match is an error and never a head: a deny that
 * cannot fire protects nothing.
 */
export function checkTarget(
  target: readonly TargetPattern[],
  context: TargetContext,
): readonly Head[] {
  return trimmed(target.flatMap((pattern) => checkPattern(pattern, context)))
}

/** The head of a rule that names no target: whatever its policy is attached to. */
export function everyHead({ start, end }: Span, { attached }: TargetContext): readonly Head[] {
  return attach([{ operation: EVERY, resource: EVERY, conditions: [], start, end }], attached)
}

function checkPattern(pattern: TargetPattern, context: TargetContext): readonly Head[] {
  const { start, end } = pattern
  const operations = operationsOf(pattern.operation, context)
  const resources = resourcesOf(pattern, context)
  if (operations === undefined || resources === undefined) return []
  const conditions = trimmed([operations, resources].flatMap(({ condition }) => condition ?? []))
  const heads = (operations.members ?? [EVERY]).flatMap((operation) =>
    (resources.members ?? [EVERY])
      .filter((resource) => canMatch(operation, resource))
      .map((resource) => ({ operation, resource, conditions, start, end })),
  )
  const about = attach(heads, context.attached)
  if (heads.length === 0) noSuchResource(pattern, context)
  else if (about.length === 0) {
    const message = 'no request can be both this and what the policy is attached to'
    const hint = 'leave the rule out, or move it to a policy of its own'
    context.diagnostics.error({ at: pattern, message, hint })
  }
  return about
}

type Members = Pick<NamedClass, 'members' | 'condition'>

/** A name without a dot is that of a class or of a declared operation; another is refused. */
function operationsOf(glob: Glob, { diagnostics, vocabulary }: TargetContext): Members | undefined {
  const { operationClasses, operations } = vocabulary
  if (!isBare(glob)) return single(starPattern(glob, 'an operation', diagnostics))
  const named = operationClasses.get(glob.text)
  if (named !== undefined) return named
  if (operations.has(glob.text)) return single({ kind: 'exact', text: glob.text })
  const near = nearest(glob.text, [...operationClasses.keys(), ...operations.keys()])
  const declare = `\`operation ${glob.text}\` or \`class ${glob.text} = […]\` declares it`
  const hint = near === undefined ? declare : `did you mean \`${near}\`?`
  diagnostics.error({ at: glob, message: `unknown operation \`${glob.text}\``, hint })
  return undefined
}

function resourcesOf(at: TargetPattern, context: TargetContext): Members | undefined {
  const { diagnostics, vocabulary } = context
  const { args } = at
  if (args === undefined) return {}
  const [first, ...more] = args
  if (first === undefined) {
    const hint = 'leave them out for any'
    diagnostics.error({ at, message: 'parentheses name a resource', hint })
    return undefined
  }
  if (more.length > 0) {
    const hint = 'write a list of targets: `[ …, … ]`'
    diagnostics.error({ at, message: 'one resource each', hint })
    return undefined
  }
  if (!isBare(first)) return single(starPattern(first, 'a resource', diagnostics))
  const named = vocabulary.resourceClasses.get(first.text)
  if (named !== undefined) return named
  if (RESOURCE_ROOTS.includes(first.text)) return {}
  const near = nearest(first.text, [...vocabulary.resourceClasses.keys(), ...RESOURCE_ROOTS])
  const declare = `\`resource class ${first.text} = […]\` declares it; a resource reads \`"…"\``
  const hint = near === undefined ? declare : `did you mean \`${near}\`?`
  diagnostics.error({ at: first, message: `unknown resource class \`${first.text}\``, hint })
  return undefined
}

function single(pattern: Pattern | undefined): Members | undefined {
  return pattern === undefined ? undefined : { members: [pattern] }
}

const FAMILIES: readonly Pattern[] = Object.values(RESOURCE_FAMILIES).map((text) => ({
  kind: 'prefix',
  text,
}))

/** A tool is its own resource (`resourceOf` in `action.ts`); the others name one. */
function canMatch(operation: Pattern, resource: Pattern): boolean {
  if (!isDotted(operation) || overlap(operation, resource)) return true
  if (operation.kind !== 'every' && OF_MCP.test(operation.text)) return true
  return FAMILIES.some((family) => overlap(operation, family))
}

/** What clients ask of MCP servers beside tools, where it names a resource or a prompt. */
const OF_MCP = /\.mcp\.(?:resources|prompts)\./

/** An operation without a dot is no tool; what it acts on, its requests say. */
function isDotted(operation: Pattern): boolean {
  return operation.kind !== 'exact' || operation.text.includes('.')
}

function noSuchResource(pattern: TargetPattern, { diagnostics }: TargetContext): void {
  const families = Object.values(RESOURCE_FAMILIES).map((family) => `\`${family}*\``)
  diagnostics.error({
    at: pattern,
    message: `\`${pattern.operation.text}\` has no such resource`,
    hint: `only ${families.join(', ')} name one; a tool has a guard on \`args\``,
  })
}
