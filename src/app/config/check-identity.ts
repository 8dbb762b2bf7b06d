import { nameKey } from '../../kernel/identity/name.ts'
import { BUILT_IN_ROLES, isBuiltIn } from '../../kernel/identity/role.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import type { Finding } from './problems.ts'
import type { TenantFile } from './tenant-schema.ts'

/** Who belongs to a tenant, and how it is divided: names that must be declared, and roles. */
export function* identityFindings(file: TenantFile): Generator<Finding> {
  yield* builtInRoles(file)
  yield* spacesOfThings(file)
  yield* members(file)
}

function* builtInRoles({ roles }: TenantFile): Generator<Finding> {
  for (const [name, { permissions }] of Object.entries(roles)) {
    if (!isBuiltIn(name) || permissions.length === 0) continue
    const message = `\`${name}\` is built in and says itself what it permits: choose another name`
    yield { path: ['roles', name, 'permissions'], message }
  }
}

function* spacesOfThings({ agents, memory, servers, spaces }: TenantFile): Generator<Finding> {
  // Before there were spaces, that of an agent was an attribute like any other.
  const ofAgents = Object.keys(spaces).length === 0 ? {} : agents
  for (const [table, things] of Object.entries({ agents: ofAgents, memory, servers })) {
    for (const [name, { space }] of Object.entries(things)) {
      if (space !== undefined) yield* undeclaredSpace([table, name, 'space'], space, spaces)
    }
  }
}

function* members({ members, agents, spaces, roles }: TenantFile): Generator<Finding> {
  const taken = new Map(Object.keys(agents).map((name) => [nameKey(name), `the agent \`${name}\``]))
  for (const [name, member] of Object.entries(members)) {
    const path = ['members', name]
    const other = taken.get(nameKey(name))
    if (other !== undefined) yield { path, message: `${other} has that name, or one like it` }
    taken.set(nameKey(name), `\`${name}\``)
    for (const [index, role] of member.roles.entries()) {
      yield* misplacedRole([...path, 'roles', index], role, { roles, where: 'organisation' })
    }
    for (const [space, inSpace] of Object.entries(member.spaces)) {
      const at = [...path, 'spaces', space]
      yield* undeclaredSpace(at, space, spaces)
      for (const [index, role] of inSpace.entries()) {
        yield* misplacedRole([...at, index], role, { roles, where: 'space' })
      }
    }
  }
}

type Path = Finding['path']

function* undeclaredSpace(path: Path, space: string, declared: object): Generator<Finding> {
  if (Object.hasOwn(declared, space)) return
  const near = nearest(space, Object.keys(declared))
  const hint =
    near === undefined ? `declare it: \`[spaces.${space}]\`` : `did you mean \`${near}\`?`
  yield { path, message: `no space \`${space}\` is declared: ${hint}` }
}

function* misplacedRole(
  path: Path,
  role: string,
  { roles, where }: { readonly roles: object; readonly where: 'organisation' | 'space' },
): Generator<Finding> {
  if (isBuiltIn(role)) {
    if (BUILT_IN_ROLES[role] === where) return
    const cure = where === 'space' ? 'in `roles` of the member' : 'in `spaces`, for each space'
    yield { path, message: `\`${role}\` is granted ${cure}` }
    return
  }
  if (Object.hasOwn(roles, role)) return
  const near = nearest(role, [...Object.keys(roles), ...Object.keys(BUILT_IN_ROLES)])
  const hint = near === undefined ? `declare it: \`[roles.${role}]\`` : `did you mean \`${near}\`?`
  yield { path, message: `no role \`${role}\` is declared: ${hint}` }
}
