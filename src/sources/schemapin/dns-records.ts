import { Resolver } from 'node:dns/promises'
import { dnsName } from '../../kernel/tools/schemapin/dns-record.ts'
import { Fault } from '../../kernel/tools/schemapin/verification.ts'

/** How long one try may take, in milliseconds. */
const DNS_WAIT_MS = 3_000
/** TXT records of one name that are looked at. */
const RECORDS_LIMIT = 64

/** TXT records of a domain, each a list of pieces. */
export type DnsRecords = (domain: string) => Promise<readonly (readonly string[])[]>

/**
 * Asks the resolvers of the machine. No record is an answer; that none can be had is not.
 * @throws Fault `discovery_fetch_failed`.
 */
export function dnsRecords(): DnsRecords {
  const resolver = new Resolver({ timeout: DNS_WAIT_MS, tries: 2 })
  return async (domain) => {
    try {
      return (await resolver.resolveTxt(dnsName(domain))).slice(0, RECORDS_LIMIT)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ENOTFOUND' || code === 'ENODATA') return []
      throw new Fault('key', 'discovery_fetch_failed', `DNS gave no answer: ${String(code)}`)
    }
  }
}
