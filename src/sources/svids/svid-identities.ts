import { PortcullisError } from '../../kernel/errors.ts'
import type { ClientCertificate } from '../../kernel/identity/credential.ts'
import type { Identity, Principal } from '../../kernel/identity/principal.ts'
import type { SpiffeId } from '../../kernel/identity/spiffe-id.ts'
import type { IdentitySource } from '../../pipeline/ports.ts'
import { CLOCK_SKEW_MS } from './certificates.ts'
import { type Authorities, readSvid, type Svid } from './read-svid.ts'

/** SVIDs remembered as verified. */
export const VERIFIED_SVIDS_LIMIT = 10_000

/** What is declared of somebody whom an SVID can name. */
export interface Declared {
  readonly principal: Principal
  readonly version?: string
}

export interface SvidIdentitiesOptions {
  /** The authorities that count at `now`: they change while the runtime runs. */
  readonly authorities: (now: number) => Authorities
  /**
   * Who is declared under this name; nothing for nobody. May throw when the attested code is not
   * what is declared.
   */
  readonly declared: (id: SpiffeId, digest: string | undefined) => Declared | undefined
}

/**
 * Those whom an X.509-SVID proves. What its authority signed is checked once; its life, its
 * authority and whether anybody is declared under its name, at each request.
 */
export function svidIdentities(options: SvidIdentitiesOptions): IdentitySource {
  const verified = new Map<string, Svid>()
  const svidOf = async ({ der, thumbprint }: ClientCertificate, authorities: Authorities) => {
    const known = verified.get(thumbprint)
    if (known !== undefined && authorities.roots.includes(known.root)) return known
    const svid = await readSvid(der, authorities)
    const [oldest] = verified.keys()
    if (verified.size >= VERIFIED_SVIDS_LIMIT && oldest !== undefined) verified.delete(oldest)
    verified.set(thumbprint, svid)
    return svid
  }
  return {
    async verify(credential, now) {
      if (credential.kind !== 'certificate') {
        throw new PortcullisError('IDENTITY_MISSING', 'the connection brings no certificate')
      }
      const svid = await svidOf(credential.certificate, options.authorities(now))
      if (now < svid.from || now >= svid.to) {
        throw new PortcullisError('IDENTITY_EXPIRED', 'the certificate is not valid now')
      }
      return identityOf(svid, options)
    },
  }
}

function identityOf(
  { id, serial, digest, from, to }: Svid,
  options: SvidIdentitiesOptions,
): Identity {
  const declared = options.declared(id, digest)
  if (declared === undefined) {
    throw new PortcullisError('IDENTITY_UNKNOWN', `no ${id.kind} \`${id.id}\``)
  }
  const { principal, version } = declared
  const proof = { via: 'svid', session: serial, ...(digest && { digest }) } as const
  const link = { kind: id.kind, id: id.id, ...proof, ...(version && { version }) }
  return {
    tenant: id.tenant,
    principal,
    chain: [link],
    // It counts from a little before it was issued, for clocks that are behind.
    credential: { id: serial, issued: from + CLOCK_SKEW_MS, expires: to },
  }
}
