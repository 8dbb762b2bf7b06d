import { PortcullisError } from '../kernel/errors.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { IdentitySource, Standing } from '../pipeline/ports.ts'

/** One way to prove who one is, and the look of the credentials that it is for. */
export interface ProofSource extends IdentitySource {
  /** Looks at the credential alone, and proves nothing. */
  fits(credential: Credential): boolean
}

/**
 * The one way in: every credential is judged by the first source that it fits, and by no other, so
 * that nothing that one of them refuses is taken by the next.
 */
export function identitySources(sources: readonly ProofSource[]): IdentitySource {
  return {
    async verify(credential, now) {
      if (credential.kind === 'none') {
        throw new PortcullisError('IDENTITY_MISSING', 'the request brings no credential')
      }
      const source = sources.find((candidate) => candidate.fits(credential))
      if (source !== undefined) return source.verify(credential, now)
      throw new PortcullisError('IDENTITY_INVALID', 'no credential of this runtime looks like that')
    },
  }
}

/** Whatever is a token: a source that stands last. */
export function anyToken(source: IdentitySource): ProofSource {
  return {
    fits: ({ kind }) => kind === 'bearer' || kind === 'dpop',
    verify: (credential, now) => source.verify(credential, now),
  }
}

/**
 * Who it is, by the source, and whether that still stands. Both are asked at every request, so that
 * nothing remembered outlives a revocation.
 */
export function standingIdentities(source: IdentitySource, standing: Standing): IdentitySource {
  return {
    async verify(credential, now) {
      const identity = await source.verify(credential, now)
      standing.check(identity)
      return identity
    },
  }
}

/**
 * Takes nobody but those of one tenant. The gate has looked already: this is what makes it true
 * that the ports of a tenant never act for another's.
 */
export function onlyOf(tenant: Tenant, source: IdentitySource): IdentitySource {
  return {
    async verify(credential, now) {
      const identity = await source.verify(credential, now)
      if (identity.tenant === tenant) return identity
      throw new PortcullisError('IDENTITY_UNKNOWN', 'the credential is of another tenant')
    },
  }
}
