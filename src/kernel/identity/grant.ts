import { PortcullisError } from '../errors.ts'
import type { Principal } from './principal.ts'
import type { Role } from './role.ts'

/** Whom something is granted to: a name alone could be an agent's or a human's. */
export interface Holder {
  readonly kind: Principal['kind']
  readonly id: string
}

/** A role that a principal has: in one space, or without one in the whole organisation. */
export interface Grant {
  readonly to: Holder
  readonly role: string
  readonly space?: string
}

/**
 * The roles that hold where something of `space` is acted on: those of the whole organisation and
 * those granted in that space. What belongs to no space knows the organisation's alone.
 */
export function effectiveRoles(
  grants: readonly Grant[],
  space: string | undefined,
): readonly string[] {
  const holding = grants.filter((grant) => grant.space === undefined || grant.space === space)
  return [...new Set(holding.map(({ role }) => role))]
}

/** The same grant, whoever reads it. */
export function isSameGrant(a: Grant, b: Grant): boolean {
  return a.role === b.role && a.space === b.space && a.to.kind === b.to.kind && a.to.id === b.to.id
}

/**
 * May this role be granted there?
 * @throws PortcullisError `ROLE_SCOPE` for a role of the organisation in a space, and the reverse.
 */
export function checkScope({ name, scope }: Role, space: string | undefined): void {
  if (scope === 'space' && space === undefined) {
    throw new PortcullisError('ROLE_SCOPE', `\`${name}\` is a role in a space: name the space`)
  }
  if (scope === 'organisation' && space !== undefined) {
    throw new PortcullisError('ROLE_SCOPE', `\`${name}\` is a role of the whole organisation`)
  }
}
