import type { Pattern } from '../language/pattern.ts'
import { likePattern, quoted } from './cedar-text.ts'

interface HeadPatterns {
  readonly operation: Pattern
  readonly resource: Pattern
}

/** A head in Cedar: what its own head can say, and conditions for the rest. */
export interface CedarHead {
  readonly action?: string
  readonly conditions: readonly string[]
}

/**
 * Names that begin alike are no group in Cedar, so they are compared as text: an action's under
 * `context.operation.name`. A resource is always compared by its attribute `id`: a target of ours
 * says nothing of the type, which `Memory::"notes"` would.
 */
export function translateHead({ operation, resource }: HeadPatterns): CedarHead {
  const conditions: string[] = []
  if (operation.kind === 'prefix')
    conditions.push(`context.operation.name like ${likePattern([operation.text, ''])}`)
  if (resource.kind === 'prefix')
    conditions.push(`resource.id like ${likePattern([resource.text, ''])}`)
  if (resource.kind === 'exact') conditions.push(`resource.id == ${quoted(resource.text)}`)
  return {
    ...(operation.kind === 'exact' ? { action: `Action::${quoted(operation.text)}` } : {}),
    conditions,
  }
}

/** The head as a condition on its own. */
export function asCondition({ action, conditions }: CedarHead): readonly string[] {
  return [...(action === undefined ? [] : [`action == ${action}`]), ...conditions]
}
