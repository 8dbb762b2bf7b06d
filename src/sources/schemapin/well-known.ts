import { WELL_KNOWN_PATH } from '../../kernel/tools/schemapin/discovery.ts'
import type { SignerDocuments } from '../../pipeline/ports.ts'
import type { Fetcher } from './fetch-document.ts'

/** What a domain itself publishes, over HTTPS (specification, section 6). */
export function wellKnown(fetcher: Pick<Fetcher, 'fetch'>): SignerDocuments {
  return {
    async discovery(domain) {
      const address = `https://${domain}${WELL_KNOWN_PATH}`
      const document = await fetcher.fetch(address, 'discovery')
      return document === undefined ? undefined : { document, level: 'first_use' }
    },
    async revocations(_domain, endpoint) {
      if (endpoint === undefined) return []
      const document = await fetcher.fetch(endpoint, 'revocation')
      // A list that was announced and is gone might have held the key: it is judged, and invalid.
      return [document ?? null]
    },
  }
}
