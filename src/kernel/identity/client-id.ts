import { DEFAULT_TENANT, isTenant, type Tenant } from './tenant.ts'

/** How an agent calls itself at the authorization server. */
export type ClientName =
  /** By its declared name: `sales`, of another tenant `acme/sales`. */
  | { readonly kind: 'declared'; readonly tenant: Tenant; readonly agent: string }
  /** By an id that it was given when it registered: `~2f0c…`, `acme/~2f0c…`. */
  | { readonly kind: 'registered'; readonly tenant: Tenant; readonly id: string }
  /** By the name in its certificate: `spiffe://example.com/t/acme/agent/sales`. */
  | { readonly kind: 'svid'; readonly tenant: Tenant; readonly agent: string }

/** Characters of an id of a client. */
export const CLIENT_ID_LIMIT = 512

const AGENT = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const REGISTERED = /^~[A-Za-z0-9_-]{22}$/
const SVID = /^spiffe:\/\/[a-z0-9._-]+\/t\/([a-z0-9-]+)\/agent\/([A-Za-z0-9_-]+)$/

/** The id of a client as it stands in requests and tokens. */
export function clientIdOf(tenant: Tenant, name: string): string {
  return tenant === DEFAULT_TENANT ? name : `${tenant}/${name}`
}

/** Nothing for a text that names no client. Whether there is one is another question. */
export function readClientId(text: string): ClientName | undefined {
  if (text.length > CLIENT_ID_LIMIT) return undefined
  const [, ofTenant = '', ofAgent = ''] = SVID.exec(text) ?? []
  if (ofTenant !== '') return named(ofTenant, (tenant) => svid(tenant, ofAgent))
  const slash = text.indexOf('/')
  const [prefix, name] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)]
  // One spelling for each client: nobody is found under a second name.
  if (slash !== -1 && prefix === DEFAULT_TENANT) return undefined
  return named(slash === -1 ? DEFAULT_TENANT : prefix, (tenant) => {
    if (REGISTERED.test(name)) return { kind: 'registered', tenant, id: name }
    return AGENT.test(name) ? { kind: 'declared', tenant, agent: name } : undefined
  })
}

function svid(tenant: Tenant, agent: string): ClientName | undefined {
  return AGENT.test(agent) ? { kind: 'svid', tenant, agent } : undefined
}

function named(
  text: string,
  name: (tenant: Tenant) => ClientName | undefined,
): ClientName | undefined {
  return isTenant(text) ? name(text) : undefined
}
