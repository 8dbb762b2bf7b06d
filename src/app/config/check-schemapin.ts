import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import type { ConfigFile } from './config-schema.ts'
import type { Finding } from './problems.ts'
import type { TenantFile } from './tenant-schema.ts'

/** What the schema cannot say of `[servers.NAME.schemapin]`. */
export function* checkSchemaPin({ servers }: Pick<TenantFile, 'servers'>): Generator<Finding> {
  for (const [name, { schemapin }] of Object.entries(servers)) {
    if (schemapin === undefined) continue
    const path = ['servers', name, 'schemapin']
    const { domains, discovery, bundles, documents, keys, dns } = schemapin
    if (domains.length === 0) {
      yield { path: [...path, 'domains'], message: 'name a domain whose signatures count' }
    }
    for (const [at, domain] of domains.entries()) {
      if (domainName(domain) !== undefined) continue
      const message = 'a domain is a host name such as `example.com`: no address, port or path'
      yield { path: [...path, 'domains', at], message }
    }
    const offline = bundles.length > 0 || documents !== undefined
    if (!discovery && !offline) {
      const message = 'without `discovery` no key can be found: name `bundles` or `documents`'
      yield { path: [...path, 'discovery'], message }
    }
    if (schemapin.first_use === 'refuse' && !offline && keys.length === 0 && !dns) {
      const message = 'nothing could confirm a key: name `keys`, `bundles` or `documents`, or `dns`'
      yield { path: [...path, 'first_use'], message }
    }
    if (schemapin.bundle_keys.length > 0 && bundles.length === 0) {
      yield { path: [...path, 'bundle_keys'], message: 'there are no `bundles` to be signed' }
    }
  }
}

type NamedFile = [path: readonly (string | number)[], file: string | undefined]

/** Files that are read at the start. */
export function schemaPinFiles({ servers }: Pick<ConfigFile, 'servers'>): readonly NamedFile[] {
  return Object.entries(servers).flatMap(([name, { schemapin }]) => {
    if (schemapin === undefined) return []
    const path = ['servers', name, 'schemapin']
    return [
      [[...path, 'signatures'], schemapin.signatures],
      [[...path, 'documents'], schemapin.documents],
      ...schemapin.bundles.map((file, at): NamedFile => [[...path, 'bundles', at], file]),
    ] satisfies NamedFile[]
  })
}
