import { Fault } from '../../kernel/tools/schemapin/verification.ts'
import type { SignerDocuments } from '../../pipeline/ports.ts'

/**
 * Several sources as one: the first that has a discovery document gives it. Revocations come from
 * all of them, since whoever knows that a key is revoked is to be heard.
 */
export function chain(sources: readonly SignerDocuments[]): SignerDocuments {
  return {
    async discovery(domain) {
      let failed: Fault | undefined
      for (const source of sources) {
        try {
          const found = await source.discovery(domain)
          if (found !== undefined) return found
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          failed ??= error
        }
      }
      if (failed !== undefined) throw failed
      return undefined
    },
    async revocations(domain, endpoint) {
      const found = await Promise.all(sources.map((each) => each.revocations(domain, endpoint)))
      return found.flat()
    },
  }
}
