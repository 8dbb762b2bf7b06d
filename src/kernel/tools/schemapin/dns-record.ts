import { fingerprintOf } from './discovery.ts'
import { Fault } from './verification.ts'

const VERSION = 'schemapin1'

/** Where a domain may publish the fingerprint of its key (specification, section 17). */
export function dnsName(domain: string): string {
  return `_schemapin.${domain.replace(/\.$/, '')}`
}

/**
 * The fingerprint in the TXT records of that name, each a list of pieces; nothing where none is
 * SchemaPin's. The first that is counts.
 * @throws Fault `discovery_invalid` for one that is malformed.
 */
export function dnsFingerprint(records: readonly (readonly string[])[]): string | undefined {
  const record = records
    .map((pieces) => pieces.join(''))
    .find((text) => /(?:^|;)\s*v\s*=\s*schemapin1\s*(?:;|$)/i.test(text))
  if (record === undefined) return undefined
  const fields = new Map<string, string>()
  for (const field of record.split(';')) {
    if (field.trim() === '') continue
    const equals = field.indexOf('=')
    const name = field.slice(0, equals).trim().toLowerCase()
    if (equals === -1 || fields.has(name)) throw malformed()
    fields.set(name, field.slice(equals + 1).trim())
  }
  const fingerprint = fingerprintOf(fields.get('fp') ?? '')
  if (fields.get('v')?.toLowerCase() !== VERSION || fingerprint === undefined) throw malformed()
  return fingerprint
}

function malformed(): Fault {
  return new Fault('key', 'discovery_invalid', 'the TXT record of the domain is malformed')
}
