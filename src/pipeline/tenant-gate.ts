import { PortcullisError } from '../kernel/errors.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import { createGate } from './gate.ts'
import type { Gate, IdentitySource, Ports } from './ports.ts'

export interface TenantGateOptions {
  /** Proves credentials of all tenants. The ports of a tenant take those of its own alone. */
  readonly identities: IdentitySource
  readonly tenants: ReadonlyMap<Tenant, Ports>
  /** Where it is recorded that somebody was refused of whom nobody knows whose they are. */
  readonly home: Ports
}

/**
 * One gate before all tenants. Whose request it is, only the proved identity says: no header, path
 * or argument is looked at, so that none can be wrong. From there on a request meets the ports of
 * its own tenant and no others.
 */
export function createTenantGate({ tenants, home, ...options }: TenantGateOptions): Gate {
  const gates = new Map([...tenants].map(([tenant, ports]) => [tenant, createGate(ports)]))
  const atHome = createGate(home)
  const identities = onlyKnown(options.identities, tenants)
  const doorkeeper = createGate({ ...home, identities })
  const gateOf = (identity: Identity | undefined) =>
    (identity === undefined ? undefined : gates.get(identity.tenant)) ?? atHome
  const proved = async (credential: Credential) => {
    try {
      return await identities.verify(credential, home.clock.now())
    } catch {
      // The guard finds the same, refuses it and leaves the receipt.
      return undefined
    }
  }
  return {
    permit: async (request) => gateOf(await proved(request.credential)).permit(request),
    guard: async (request) => gateOf(await proved(request.credential)).guard(request),
    admit: (credential, channel) => doorkeeper.admit(credential, channel),
    refuse: (code, channel, identity) => gateOf(identity).refuse(code, channel, identity),
    note: (event, channel, identity) => gateOf(identity).note(event, channel, identity),
    crossed: (what, channel, identity) => gateOf(identity).crossed(what, channel, identity),
    overheard: (identity, notice, channel) =>
      gates.get(identity.tenant)?.overheard(identity, notice, channel),
    visible: (identity, actions, channel) =>
      gates.get(identity.tenant)?.visible(identity, actions, channel) ?? actions.map(() => false),
    named: (identity, operation) => gates.get(identity.tenant)?.named(identity, operation) ?? [],
  }
}

/** A source of identities that are of one of these tenants. */
function onlyKnown(source: IdentitySource, tenants: ReadonlyMap<Tenant, unknown>): IdentitySource {
  return {
    async verify(credential, now) {
      const identity = await source.verify(credential, now)
      if (tenants.has(identity.tenant)) return identity
      throw new PortcullisError('IDENTITY_UNKNOWN', 'the credential is of no tenant here')
    },
  }
}
