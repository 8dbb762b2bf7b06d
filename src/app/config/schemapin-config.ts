import type { Static } from 'typebox'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import type { SignatureLevel } from '../../pipeline/ports.ts'
import type { SchemaPinSchema } from './schemapin-schema.ts'

/** Who signs the tools of a server, and what becomes of a tool that nobody signed. */
export interface SchemaPinConfig {
  readonly level: SignatureLevel
  readonly domains: readonly string[]
  /** Fingerprints. Where there are some no other key counts. */
  readonly keys: readonly string[]
  readonly firstUse: 'pin' | 'refuse'
  readonly expired: 'accept' | 'refuse'
  /** A file of signatures. */
  readonly signatures?: string
  readonly discovery: boolean
  readonly bundles: readonly string[]
  readonly bundleKeys: readonly string[]
  /** A folder of documents. */
  readonly documents?: string
  readonly dns: boolean
  readonly allowPrivate: boolean
}

/** Once it is checked; an empty object where there is no such table. */
export function schemaPinOf(
  written: Static<typeof SchemaPinSchema> | undefined,
  absolute: (path: string) => string,
): { readonly schemapin?: SchemaPinConfig } {
  if (written === undefined) return {}
  const { level, keys, discovery, dns, signatures, documents } = written
  return {
    schemapin: {
      ...{ level: levelOf(level), keys, discovery, dns, allowPrivate: written.allow_private },
      domains: written.domains.map((domain) => domainName(domain) ?? domain),
      firstUse: written.first_use === 'refuse' ? 'refuse' : 'pin',
      expired: written.expired === 'refuse' ? 'refuse' : 'accept',
      bundles: written.bundles.map(absolute),
      bundleKeys: written.bundle_keys,
      ...(signatures !== undefined && { signatures: absolute(signatures) }),
      ...(documents !== undefined && { documents: absolute(documents) }),
    },
  }
}

function levelOf(level: string): SignatureLevel {
  return level === 'off' || level === 'warn' ? level : 'require'
}
