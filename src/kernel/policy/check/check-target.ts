import type { Action } from '../../action.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Pattern } from '../language/pattern.ts'
import { EVERY, matches, overlap, patternOf } from '../language/pattern.ts'
import type { TargetArgument, TargetPattern } from '../language/syntax.ts'
import type { Head } from './checked.ts'

/** Operations whose resource is not the operation itself. */
const WITH_RESOURCE = ['memory.read', 'memory.write'] as const satisfies readonly Action['kind'][]

/**
 * The heads of a rule. What no request can ever match is an error and never a head: a deny that
 * cannot fire protects nothing.
 */
export function checkTarget(
  target: readonly TargetPattern[],
  diagnostics: Diagnostics,
): readonly Head[] {
  return target.flatMap((pattern) => checkPattern(pattern, diagnostics) ?? [])
}

function checkPattern(pattern: TargetPattern, diagnostics: Diagnostics): Head | undefined {
  const { start, end } = pattern
  const operation = operationOf(pattern, diagnostics)
  const resource = resourceOf(pattern, diagnostics)
  if (operation === undefined || resource === undefined) return undefined
  if (!canMatch(operation, resource)) {
    const message = `\`${pattern.operation}\` has no such resource`
    const hint = `only ${WITH_RESOURCE.join(' and ')} name one; a tool has a guard on \`args\``
    diagnostics.error({ at: pattern, message, hint })
    return undefined
  }
  return { operation, resource, start, end }
}

function operationOf(
  { operation, quoted, start, end }: TargetPattern,
  diagnostics: Diagnostics,
): Pattern | undefined {
  const at = { start, end }
  const pattern = patternOf(operation)
  if (operation === '') diagnostics.error({ at, message: 'an operation has a name' })
  else if (pattern === undefined)
    diagnostics.error({
      at,
      message: 'a star stands last in a name',
      hint: 'write `slack.*` or `*`',
    })
  else if (pattern.kind === 'exact' && !quoted && !operation.includes('.')) {
    const message = `unknown operation \`${operation}\``
    const hint = 'operations read `server.tool`; classes of operations are not supported yet'
    diagnostics.error({ at, message, hint })
  } else return pattern
  return undefined
}

function resourceOf({ args, ...at }: TargetPattern, diagnostics: Diagnostics): Pattern | undefined {
  if (args === undefined) return EVERY
  const [first, ...more] = args
  if (first === undefined)
    diagnostics.error({
      at,
      message: 'parentheses name a resource',
      hint: 'leave them out for any',
    })
  else if (more.length > 0)
    diagnostics.error({
      at,
      message: 'one resource each',
      hint: 'write a list of targets: `[ …, … ]`',
    })
  else return resourcePattern(first, diagnostics)
  return undefined
}

function resourcePattern(argument: TargetArgument, diagnostics: Diagnostics): Pattern | undefined {
  const { text, quoted } = argument
  const pattern = patternOf(text)
  if (text === '') diagnostics.error({ at: argument, message: 'a resource has a name' })
  else if (pattern === undefined) {
    const hint = 'write `"CRM.*"` or `*`'
    diagnostics.error({ at: argument, message: 'a star stands last in a name', hint })
  } else if (pattern.kind === 'exact' && !quoted && !text.includes('.')) {
    const message = `unknown resource class \`${text}\``
    const hint = `classes are not supported yet; a resource of that name reads \`"${text}"\``
    diagnostics.error({ at: argument, message, hint })
  } else return pattern
  return undefined
}

/** A tool is its own resource (`resourceOf` in `action.ts`); the others name one. */
function canMatch(operation: Pattern, resource: Pattern): boolean {
  return WITH_RESOURCE.some((name) => matches(operation, name)) || overlap(operation, resource)
}
