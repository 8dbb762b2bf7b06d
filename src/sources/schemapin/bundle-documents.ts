import { isBundleExpired, type TrustBundle } from '../../kernel/tools/schemapin/trust-bundle.ts'
import { Fault } from '../../kernel/tools/schemapin/verification.ts'
import type { Clock, SignerDocuments } from '../../pipeline/ports.ts'

/**
 * What a trust bundle holds. Once it has ended it vouches for no key, but what it calls revoked
 * stays so.
 */
export function bundleDocuments(bundle: TrustBundle, clock: Pick<Clock, 'now'>): SignerDocuments {
  return {
    async discovery(domain) {
      const document = bundle.documents.get(domain)
      if (document === undefined) return undefined
      if (!isBundleExpired(bundle, clock.now())) return { document, level: 'bundle' }
      throw new Fault('discovery', 'bundle_expired', 'the trust bundle has expired')
    },
    async revocations(domain) {
      const document = bundle.revocations.get(domain)
      return document === undefined ? [] : [document]
    },
  }
}
