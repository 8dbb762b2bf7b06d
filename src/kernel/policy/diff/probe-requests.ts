import type { JsonObject } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import { RESOURCE_FAMILIES } from '../check/builtins.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { type Assignment, SAME_ROOTS, withValues } from './assignment.ts'

/** Noon of a Thursday, for requests about which nothing says when they come. */
export const SOME_TIME = Date.UTC(2026, 0, 1, 12)
/** Does the operation act on something other than itself? */
export function actsOnResource(operation: string): boolean {
  return Object.values(RESOURCE_FAMILIES).some((beginning) => operation.startsWith(beginning))
}

/** An operation, and what it acts on. */
export interface Target {
  readonly operation: string
  readonly resource: string
}

/**
 * The request that an assignment stands for: as a door would make it, but for what is assigned.
 * Undefined when no request is like that.
 */
export function requestOf(target: Target, assignment: Assignment): PolicyRequest | undefined {
  const { operation, resource: id } = target
  const memory = operation.startsWith(RESOURCE_FAMILIES.memory)
  const type = typeOf(operation)
  const base: JsonObject = {
    principal: { kind: 'agent', id: 'someone', roles: [] },
    args: memory ? { namespace: id } : {},
    resource: { type, id },
    operation: { name: operation },
    system: {},
    run: { labels: [] },
    session: { id: 'run' },
    context: { door: 'mcp', time: SOME_TIME },
  }
  const attributes = withValues(base, assignment)
  if (attributes === undefined || !fits(attributes, target)) return undefined
  const same = SAME_ROOTS.flatMap(([alias, root]) => {
    const value = attributes[root]
    return value === undefined ? [] : [[alias, value] as const]
  })
  const all = { ...attributes, ...Object.fromEntries(same) }
  return { operation, resource: { type, id }, attributes: all }
}

/** The type of the resource that a door would make of it. */
function typeOf(operation: string): PolicyRequest['resource']['type'] {
  const types = ['memory', 'storage', 'acl'] as const
  return types.find((type) => operation.startsWith(`${type}.`)) ?? 'tool'
}

/** What is asked must be called one thing throughout. */
function fits({ operation: asked, resource: on, args }: JsonObject, target: Target): boolean {
  const { operation, resource } = target
  const named = isJsonObject(asked) && asked.name === operation
  const placed = isJsonObject(on) && on.id === resource
  if (!named || !placed || !operation.startsWith(RESOURCE_FAMILIES.memory)) return named && placed
  return isJsonObject(args) && args.namespace === resource
}
