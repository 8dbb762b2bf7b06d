import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { type AllowedServers, disallowedServers } from './allowed-servers.ts'
import { checkFiles, checkTenantMeaning, placed } from './check-meaning.ts'
import type { TenantConfig } from './config.ts'
import type { ConfigFile } from './config-schema.ts'
import { type DraftText, readConfigText, refuseAny, shapeOf } from './config-text.ts'
import { checkClients } from './oauth-clients.ts'
import type { Problem } from './problems.ts'
import { literalSecrets, resolveSecrets } from './resolve-secrets.ts'
import { type Absolute, tenantConfigOf } from './tenant-config.ts'
import { type TenantFile, TenantSchema } from './tenant-schema.ts'
import { placeAt, type Table } from './toml-tree.ts'

export interface TenantsOptions {
  readonly purpose: 'run' | 'inspect'
  readonly env: NodeJS.ProcessEnv
  readonly dataDir: string
  /** Of the main file. */
  readonly absolute: Absolute
  /** What one of the files is to say. */
  readonly draft?: DraftText | undefined
}

export interface LoadedTenants {
  readonly tenants: Readonly<Record<string, TenantConfig>>
  readonly warnings: readonly string[]
}

/** What is wrong with `[tenants]` of the main file. */
export function checkTenants(
  { tenants }: ConfigFile,
  tree: Table,
  absolute: Absolute,
): readonly Problem[] {
  const problems: Problem[] = []
  const read = new Map<string, string>()
  for (const [name, { config }] of Object.entries(tenants)) {
    const file = absolute(config)
    const other = read.get(file)
    const at = (...path: string[]) => placeAt(tree, ['tenants', name, ...path])
    if (name === DEFAULT_TENANT) {
      problems.push({ place: at(), message: '`default` is what this file itself declares' })
    } else if (!existsSync(file)) {
      problems.push({ place: at('config'), message: `there is no file \`${config}\`` })
    } else if (other !== undefined) {
      const message = `tenant \`${other}\` has this file already: each has one of its own`
      problems.push({ place: at('config'), message })
    }
    read.set(file, name)
  }
  return problems
}

/**
 * The other tenants, each read from its own file.
 * @throws PortcullisError `CONFIG_INVALID` with every mistake of the first file that has any.
 */
export function loadTenants({ tenants }: ConfigFile, options: TenantsOptions): LoadedTenants {
  const { absolute, dataDir } = options
  const loaded = Object.entries(tenants).map(([name, { config, ...allowed }]) => {
    const { allowed_commands: commands, allowed_hosts: hosts } = allowed
    const file = absolute(config)
    const place = { file, dataDir: join(dataDir, 'tenants', name), allowed: { commands, hosts } }
    return { name, ...loadTenant(place, options) }
  })
  return {
    tenants: Object.fromEntries(loaded.map(({ name, tenant }) => [name, tenant])),
    warnings: loaded.flatMap(({ warnings }) => warnings),
  }
}

interface TenantSource {
  readonly file: string
  readonly dataDir: string
  readonly allowed: AllowedServers
}

function loadTenant({ file, dataDir, allowed }: TenantSource, options: TenantsOptions) {
  const { purpose, env, draft } = options
  const read = readConfigText(file, draft)
  const { tree } = read
  const { value, source } = shapeOf(read, { file, schema: TenantSchema })
  const written = value as TenantFile
  const absolute = (path: string) => resolve(dirname(file), path)
  const meaning = [
    ...checkTenantMeaning(written, tree),
    ...checkClients(written, { tree, absolute }),
  ]
  const warnings = literalSecrets(written, tree, file)
  const place = { file, dataDir, absolute }
  const disallowed = (of: TenantFile) => placed([...disallowedServers(of, allowed)], tree)
  if (purpose === 'inspect') {
    refuseAny([...meaning, ...disallowed(written)], source)
    return { tenant: tenantConfigOf(written, place), warnings }
  }
  const resolved = resolveSecrets(written, { tree, env })
  const { config, problems } = resolved
  const files = checkFiles(written, tree, absolute)
  refuseAny([...meaning, ...problems, ...disallowed(config), ...files], source)
  return { tenant: tenantConfigOf(config, place), warnings }
}
