import type { Grant, Holder } from '../../kernel/identity/grant.ts'
import type { Principal } from '../../kernel/identity/principal.ts'
import { builtInRoles, isBuiltIn, type Role } from '../../kernel/identity/role.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Member, Space } from '../../pipeline/ports.ts'
import { type DeclaredAgent, principalOf } from '../../sources/agent-tokens/principal-of.ts'

/** What the configuration of one tenant says of who there is. */
export interface DeclaredPeople {
  readonly spaces: Readonly<Record<string, { readonly description?: string }>>
  readonly roles: Readonly<Record<string, DeclaredRole>>
  readonly agents: Readonly<Record<string, DeclaredAgent>>
  readonly members: Readonly<Record<string, DeclaredMember>>
}

interface DeclaredRole {
  readonly permissions: readonly string[]
  readonly description?: string
}

interface DeclaredMember {
  /** Of the whole organisation. */
  readonly roles: readonly string[]
  /** Roles by the space in which they hold. */
  readonly spaces: Readonly<Record<string, readonly string[]>>
  readonly attributes: JsonObject
  readonly description?: string
}

/** The part of a tenant's directory that only its configuration changes. */
export interface DeclaredDirectory {
  readonly spaces: readonly Space[]
  readonly roles: ReadonlyMap<string, Role>
  readonly agents: ReadonlyMap<string, Principal>
  readonly members: ReadonlyMap<string, Member>
  grants(holder?: Holder): readonly Grant[]
}

export function declaredDirectory(declared: DeclaredPeople): DeclaredDirectory {
  const agents = new Map(
    Object.entries(declared.agents).map(([id, agent]) => [id, principalOf(id, agent)]),
  )
  const granted = new Map<string, readonly Grant[]>()
  const note = (to: Holder, roles: readonly string[], space?: string) => {
    const grants = roles.map((role) => ({ to, role, ...(space !== undefined && { space }) }))
    granted.set(keyOf(to), [...(granted.get(keyOf(to)) ?? []), ...grants])
  }
  for (const [id, { roles }] of agents) note({ kind: 'agent', id }, roles)
  for (const [id, { roles, spaces }] of Object.entries(declared.members)) {
    const to: Holder = { kind: 'human', id }
    note(to, roles)
    for (const [space, inSpace] of Object.entries(spaces)) note(to, inSpace, space)
  }
  return {
    spaces: Object.entries(declared.spaces).map(([name, space]) => ({ name, ...space })),
    roles: new Map([...builtInRoles(), ...customRoles(declared)].map((role) => [role.name, role])),
    agents,
    members: new Map(membersOf(declared).map((member) => [member.id, member])),
    grants: (holder) =>
      holder === undefined ? [...granted.values()].flat() : (granted.get(keyOf(holder)) ?? []),
  }
}

function customRoles({ roles }: DeclaredPeople): readonly Role[] {
  return Object.entries(roles)
    .filter(([name]) => !isBuiltIn(name))
    .map(([name, { permissions, description }]) => ({
      ...{ name, scope: 'any' as const, builtIn: false, permissions },
      ...(description !== undefined && { description }),
    }))
}

function membersOf({ members }: DeclaredPeople): readonly Member[] {
  return Object.entries(members).map(([id, { attributes, description }]) => ({
    ...{ id, origin: 'declared' as const, attributes },
    ...(description !== undefined && { description }),
  }))
}

function keyOf({ kind, id }: Holder): string {
  return `${kind} ${id}`
}
