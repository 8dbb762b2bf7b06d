import type { GrantShown, MemberShown, RoleGrant, TenantList } from '../../contract/tenants.ts'
import type { TenantOperations } from '../../inbound/admin/tenant-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Grant } from '../../kernel/identity/grant.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { EventName } from '../../kernel/receipt/events.ts'
import type { Member, StandingGrant } from '../../pipeline/ports.ts'
import { recordEvent } from '../record-event.ts'
import type { TenantParts } from './open-tenant.ts'

type Needed = Pick<
  TenantParts,
  'tenant' | 'ports' | 'directory' | 'standing' | 'configs' | 'ledger'
>

/**
 * What operators may do about who belongs to a tenant. What is given has its receipt before it
 * holds; what is taken away is gone at once, and stays so if its receipt can't be written.
 */
export function tenantOperations(parts: Needed, by: EventBy): TenantOperations {
  const { tenant, ports, directory, standing } = parts
  const person = (id: string) => ({ tenant, what: 'human', id }) as const
  const happened = (name: EventName, detail: string) => recordEvent(ports, { name, detail }, by)
  const show = (name: string): MemberShown => {
    const member = directory.member(tenant, name)
    if (member !== undefined) return memberShown(member, directory.grants(tenant, human(name)))
    throw new PortcullisError('MEMBER_UNKNOWN', 'there is no such member')
  }
  return {
    listTenants: () => tenantList(parts),
    listSpaces: () => ({ spaces: directory.spaces(tenant).map((space) => ({ ...space })) }),
    listMembers: () => ({ members: directory.members(tenant).map(({ id }) => show(id)) }),
    showMember: show,
    async addMember({ id, attributes = {}, description }) {
      const member = { id, attributes, ...(description !== undefined && { description }) }
      directory.checkMember(tenant, member)
      await happened('member.added', id)
      directory.addMember(tenant, member)
      // One who was removed before may come back, by what is issued to it from now on.
      const { state } = standing.standing(tenant, 'human', id)
      if (state === 'revoked') await standing.resume(person(id), { by: by })
      return show(id)
    },
    async removeMember(name) {
      const removed = show(name)
      directory.removeMember(tenant, name)
      // Whatever it is logged in with ends, and no other source of people brings it back.
      await standing.revoke(person(name), { by: by, reason: 'removed' })
      await happened('member.removed', name)
      return removed
    },
    listRoles: () => ({
      roles: directory.roles(tenant).map(({ permissions, ...role }) => ({
        ...{ ...role, permissions: [...permissions] },
      })),
      grants: directory.grants(tenant).map(grantShown),
    }),
    async grantRole(role, to) {
      const grant = grantOf(role, to)
      const changed = directory.checkGrant(tenant, grant)
      if (changed) {
        await happened('role.granted', grantText(grant))
        directory.grant(tenant, grant, { by: by.actor.at(-1)?.id ?? '', at: ports.clock.now() })
      }
      return { changed, grants: directory.grants(tenant, grant.to).map(grantShown) }
    },
    async revokeRole(role, to) {
      const grant = grantOf(role, to)
      directory.revoke(tenant, grant)
      await happened('role.revoked', grantText(grant))
      return { changed: true, grants: directory.grants(tenant, grant.to).map(grantShown) }
    },
  }
}

/** Only who speaks for the installation hears of other tenants. */
function tenantList({ tenant, configs, directory, ledger }: Needed): TenantList {
  const told = tenant === DEFAULT_TENANT ? [...configs.keys()] : [tenant]
  const count = (name: Tenant) => ({
    ...{ name, spaces: directory.spaces(name).length, members: directory.members(name).length },
    agents: Object.keys(configs.get(name)?.agents ?? {}).length,
    receipts: ledger.of(name).size,
  })
  return { tenants: told.map(count) }
}

function memberShown(
  { id, origin, attributes, description }: Member,
  grants: readonly StandingGrant[],
): MemberShown {
  const told = description === undefined ? {} : { description }
  return { id, origin, attributes, ...told, grants: grants.map(grantShown) }
}

function grantShown({ to, role, space, origin }: StandingGrant): GrantShown {
  return { ...to, role, ...(space !== undefined && { space }), origin }
}

function grantOf(role: string, { kind, id, space }: RoleGrant): Grant {
  return { to: { kind, id }, role, ...(space !== undefined && { space }) }
}

/** `editor to human ada in sales` */
function grantText({ to, role, space }: Grant): string {
  return `${role} to ${to.kind} ${to.id}${space === undefined ? '' : ` in ${space}`}`
}

function human(id: string) {
  return { kind: 'human', id } as const
}
