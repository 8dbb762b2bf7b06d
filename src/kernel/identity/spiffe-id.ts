import { PortcullisError } from '../errors.ts'
import { TENANT_PATTERN, type Tenant, tenantOf } from './tenant.ts'

/**
 * Whom an X.509-SVID names: `spiffe://<trust domain>/t/<tenant>/agent/<id>`, or `service` for
 * `agent` (https://spiffe.io/docs/latest/spiffe-about/spiffe-concepts/, SPIFFE-ID section 2).
 */
export interface SpiffeId {
  readonly trustDomain: string
  readonly tenant: Tenant
  readonly kind: 'agent' | 'service'
  readonly id: string
}

/** SPIFFE-ID section 2.1: small letters, digits, dots, dashes and underscores. */
const TRUST_DOMAIN = /^[a-z0-9](?:[a-z0-9._-]{0,253}[a-z0-9])?$/
/** Names of agents and services, which are all that a path holds. No dots: none is a step up. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** The trust domain of a runtime: the host of the name of its ledger, `host/path`. */
export function trustDomainOf(origin: string): string {
  const [host = ''] = origin.split('/')
  if (TRUST_DOMAIN.test(host)) return host
  throw new PortcullisError('KEYS_INVALID', `\`${host}\` cannot be a trust domain`)
}

/** The id of the trust domain itself, which an authority bears. */
export function trustDomainId(trustDomain: string): string {
  return `spiffe://${trustDomain}`
}

export function formatSpiffeId({ trustDomain, tenant, kind, id }: SpiffeId): string {
  if (!NAME.test(id)) {
    throw new PortcullisError('REQUEST_INVALID', 'that name cannot stand in a SPIFFE id')
  }
  return `${trustDomainId(trustDomain)}/t/${tenant}/${kind}/${id}`
}

/**
 * Reads an id as `formatSpiffeId` writes it, byte for byte: no percent encoding, no port, no query.
 * @throws PortcullisError `SVID_FOREIGN` for another trust domain, `SVID_INVALID` for the rest.
 */
export function parseSpiffeId(text: string, trustDomain: string): SpiffeId {
  const own = `${trustDomainId(trustDomain)}/`
  if (!text.startsWith('spiffe://')) throw invalid('its URI is no SPIFFE id')
  if (!text.startsWith(own)) {
    throw new PortcullisError('SVID_FOREIGN', 'the certificate is of another trust domain')
  }
  const [t, tenant = '', kind, id = '', ...rest] = text.slice(own.length).split('/')
  if (t !== 't' || rest.length > 0) throw invalid('its SPIFFE id names nobody')
  if (kind !== 'agent' && kind !== 'service') throw invalid('its SPIFFE id names nobody')
  if (!NAME.test(id) || !TENANT_PATTERN.test(tenant)) throw invalid('its SPIFFE id names nobody')
  return { trustDomain, tenant: tenantOf(tenant), kind, id }
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('SVID_INVALID', message)
}
