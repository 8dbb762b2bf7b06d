import { PortcullisError } from '../../kernel/errors.ts'
import type { Holder } from '../../kernel/identity/grant.ts'
import { checkScope, effectiveRoles, type Grant, isSameGrant } from '../../kernel/identity/grant.ts'
import { nameKey, nameOf } from '../../kernel/identity/name.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  Directory,
  DirectoryChanges,
  DirectoryStore,
  Member,
  NewMember,
} from '../../pipeline/ports.ts'
import { type DeclaredDirectory, declaredDirectory } from './declared-directory.ts'

/** A tenant that nobody declared is one in which there is nobody. */
const NOBODY = declaredDirectory({ spaces: {}, roles: {}, agents: {}, members: {} })

/**
 * What is declared, and beside it what was administered.
 * @throws PortcullisError `CONFIG_INVALID` where both have a member of one name: nobody could say
 * which of the two holds.
 */
export function directoryOf(
  declaredBy: ReadonlyMap<Tenant, DeclaredDirectory>,
  store: DirectoryStore,
): Directory & DirectoryChanges {
  const declared = (tenant: Tenant) => declaredBy.get(tenant) ?? NOBODY
  for (const [tenant, { members }] of declaredBy) refuseClash(members, store.members(tenant))

  const directory: Directory = {
    spaces: (tenant) => declared(tenant).spaces,
    agent: (tenant, id) => declared(tenant).agents.get(id),
    members: (tenant) => [
      ...declared(tenant).members.values(),
      ...store.members(tenant).map(administered),
    ],
    member(tenant, id) {
      const kept = declared(tenant).members.get(id)
      if (kept !== undefined) return kept
      const member = store.member(tenant, id)
      return member && administered(member)
    },
    roles: (tenant) => [...declared(tenant).roles.values()],
    role: (tenant, name) => declared(tenant).roles.get(name),
    grants: (tenant, holder) => [
      ...declared(tenant)
        .grants(holder)
        .map((grant) => from('declared', grant)),
      ...store.grants(tenant, holder).map((grant) => from('administered', grant)),
    ],
    rolesOf(tenant, holder, space) {
      const { roles, grants } = declared(tenant)
      const given = [...grants(holder), ...store.grants(tenant, holder)]
      // A role that is no longer declared is nobody's, though its grants still stand.
      return effectiveRoles(given, space).filter((role) => roles.has(role))
    },
  }
  return { ...directory, ...changesOf(directory, store) }
}

function changesOf(directory: Directory, store: DirectoryStore): DirectoryChanges {
  const checkGrant = (tenant: Tenant, grant: Grant) => {
    const { to, role, space } = grant
    checkHolder(directory, tenant, to)
    const known = directory.role(tenant, role)
    if (known === undefined) throw unknown('ROLE_UNKNOWN', 'role', role)
    if (space !== undefined && !directory.spaces(tenant).some(({ name }) => name === space)) {
      throw unknown('SPACE_UNKNOWN', 'space', space)
    }
    checkScope(known, space)
    return !directory.grants(tenant, to).some((each) => isSameGrant(each, grant))
  }
  const checkRevocation = (tenant: Tenant, grant: Grant) => {
    const standing = directory.grants(tenant, grant.to).filter((each) => isSameGrant(each, grant))
    if (standing.length === 0) {
      throw new PortcullisError('GRANT_UNKNOWN', `\`${grant.to.id}\` has no such role there`)
    }
    // A role that the file grants too would still be there afterwards.
    if (standing.some(({ origin }) => origin === 'declared')) throw declaredElsewhere(grant.role)
  }
  const checkMember = (tenant: Tenant, member: NewMember) => {
    const key = nameKey(nameOf(member.id))
    const taken = directory.members(tenant).some(({ id }) => nameKey(id) === key)
    if (!taken && directory.agent(tenant, member.id) === undefined) return
    throw new PortcullisError('NAME_TAKEN', `\`${member.id}\`, or a name like it, is taken`)
  }
  const checkRemoval = (tenant: Tenant, id: string) => {
    const member = directory.member(tenant, id)
    if (member === undefined) throw unknown('MEMBER_UNKNOWN', 'member', id)
    if (member.origin === 'declared') throw declaredElsewhere(id)
  }
  return {
    checkMember,
    addMember(tenant, member) {
      checkMember(tenant, member)
      store.addMember(tenant, member)
    },
    removeMember(tenant, id) {
      checkRemoval(tenant, id)
      store.removeMember(tenant, id)
    },
    checkGrant,
    grant(tenant, grant, by) {
      const isNew = checkGrant(tenant, grant)
      if (isNew) store.addGrant(tenant, grant, by)
      return isNew
    },
    revoke(tenant, grant) {
      checkRevocation(tenant, grant)
      store.removeGrant(tenant, grant)
    },
  }
}

/** A service is known by its certificate alone, so only its name is looked at. */
function checkHolder(directory: Directory, tenant: Tenant, { kind, id }: Holder): void {
  nameOf(id)
  const known =
    kind === 'service' ||
    (kind === 'human' ? directory.member(tenant, id) : directory.agent(tenant, id)) !== undefined
  if (!known) throw unknown('MEMBER_UNKNOWN', kind, id)
}

function administered(member: NewMember): Member {
  return { ...member, origin: 'administered' }
}

function from<Origin extends string>(origin: Origin, { to, role, space }: Grant) {
  return { to, role, ...(space !== undefined && { space }), origin }
}

function refuseClash(declared: ReadonlyMap<string, Member>, kept: readonly NewMember[]): void {
  const keys = new Set([...declared.keys()].map(nameKey))
  const clash = kept.find(({ id }) => keys.has(nameKey(id)))
  if (clash === undefined) return
  throw new PortcullisError(
    'CONFIG_INVALID',
    `\`[members.${clash.id}]\` is declared, and a member of that name was added at run time`,
  )
}

function unknown(
  code: 'MEMBER_UNKNOWN' | 'ROLE_UNKNOWN' | 'SPACE_UNKNOWN',
  kind: string,
  name: string,
) {
  return new PortcullisError(code, `there is no ${kind} \`${name}\``)
}

function declaredElsewhere(name: string): PortcullisError {
  return new PortcullisError('DECLARED_ELSEWHERE', `\`${name}\` stands in the configuration`)
}
