import type { CertificateOperations } from '../../inbound/admin/certificate-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'
import { svidDesk } from './svid-desk.ts'

type Needed = Pick<
  TenantParts,
  'tenant' | 'config' | 'installation' | 'certificates' | 'ports' | 'standing' | 'launches'
>

/** What operators and launchers of a tenant may ask about certificates. */
export function certificateOperations(
  parts: Needed,
  address: string,
  by: EventBy,
): CertificateOperations {
  const { tenant, config, installation, certificates, ports, standing, launches } = parts
  const ask = { by, reason: 'the agent has ended' }
  const desk = svidDesk({
    ...{ tenant, installation, certificates, ports, address, by },
    outstanding: launches,
    agent(name) {
      standing.checkPrincipal({ tenant, what: 'agent', id: name })
      return Object.hasOwn(config.agents, name) ? config.agents[name] : undefined
    },
    revoke: ({ serial, expires }) =>
      standing.end({ tenant, what: 'credential', id: serial, expires }, ask),
  })
  return tenant === DEFAULT_TENANT ? desk : { ...desk, rotateCa: refuse }
}

/** One authority serves all tenants. */
async function refuse(): Promise<never> {
  throw new PortcullisError('INSTALLATION_ONLY', 'the authority is that of the installation')
}
