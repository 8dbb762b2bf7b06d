import type { Constraint, EntityUid, PolicyHead, UidJson } from './engine.ts'

/** An entity of a request, with all it is in, itself included, as keys. */
export interface Placed {
  readonly uid: EntityUid
  readonly within: ReadonlySet<string>
}

export interface PlacedRequest {
  readonly principal: Placed
  readonly action: Placed
  readonly resource: Placed
}

/** Types are identifiers, so the first two colons end them. */
export function keyOf({ type, id }: EntityUid): string {
  return `${type}::${id}`
}

export function placed(uid: EntityUid, ancestors: Iterable<EntityUid>): Placed {
  return { uid, within: new Set([uid, ...ancestors].map(keyOf)) }
}

/**
 * Could the policy be satisfied, or be in error, for the request? A no is certain: Cedar evaluates
 * the head first and a head never errors, so a policy whose head is false can be left out.
 */
export function headMatches(head: PolicyHead, request: PlacedRequest): boolean {
  return (
    holds(head.principal, request.principal) &&
    holds(head.action, request.action) &&
    holds(head.resource, request.resource)
  )
}

/** The one action that a policy is about, if its head names one. */
export function soleAction({ action }: PolicyHead): string | undefined {
  return action.op === '==' && action.entity !== undefined ? keyOf(uidOf(action.entity)) : undefined
}

function holds(constraint: Constraint, { uid, within }: Placed): boolean {
  const { op, entity, entities, entity_type: type } = constraint
  if (op === '==' && entity !== undefined) return keyOf(uidOf(entity)) === keyOf(uid)
  if (op === 'in' && entity !== undefined) return within.has(keyOf(uidOf(entity)))
  if (op === 'in' && entities !== undefined)
    return entities.some((member) => within.has(keyOf(uidOf(member))))
  if (op === 'is' && type !== undefined) {
    const inside = constraint.in?.entity
    return type === uid.type && (inside === undefined || within.has(keyOf(uidOf(inside))))
  }
  // `All`, and whatever a later Cedar may say in a head: the policy is asked.
  return true
}

function uidOf(uid: UidJson): EntityUid {
  return '__entity' in uid ? uid.__entity : uid
}
