import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Gate, Ports } from '../../pipeline/ports.ts'
import { createTenantGate } from '../../pipeline/tenant-gate.ts'
import { onlyOf } from '../identities.ts'
import { policiesBeside } from '../policies-beside.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'
import type { Shared } from '../tenant/shared.ts'
import { adminIdentities } from './admin-identities.ts'
import { administrationPolicies } from './administration.ts'

interface Administered {
  readonly shared: Shared
  readonly tenants: ReadonlyMap<Tenant, TenantParts>
  readonly home: TenantParts
}

/** The gate of the doors for operators: the same ports, with who administers and by which rules. */
export function administrationGate({ shared, tenants, home }: Administered): Gate {
  const { directory, standing, identities: others } = shared
  const people = [...tenants.values()].map(({ approverTokens }) => approverTokens.people)
  const identities = adminIdentities({ people, others }, standing)
  const portsOf = ({ tenant, ports, policies }: TenantParts): Ports => {
    const rules = administrationPolicies(() => directory.roles(tenant))
    const decided = policiesBeside(policies, (set, request) => rules.beside(set, request))
    const own = { identities: onlyOf(tenant, identities), policies: decided }
    return { ...ports, ...own }
  }
  const ports = new Map([...tenants].map(([tenant, its]) => [tenant, portsOf(its)]))
  return createTenantGate({ identities, tenants: ports, home: portsOf(home) })
}
