import type { Command } from 'commander'
import { adminSocket } from '../app/admin-socket.ts'
import { type Config, loadConfig } from '../app/config.ts'
import { type AdminClient, adminClient } from '../client/admin-client.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'

/** The configuration where nothing names another. */
export const DEFAULT_CONFIG_FILE = 'portcullis.toml'

export interface ConfigOptions {
  readonly config: string
  readonly tenant?: string
  readonly json?: boolean
}

/** Adds `--config`, by which a command finds its runtime. */
export function withConfig(command: Command): Command {
  return command.option('--config <file>', 'the configuration', DEFAULT_CONFIG_FILE)
}

/** The same, and `--tenant`, for a command about what each tenant has of its own. */
export function withTenant(command: Command): Command {
  const about = 'whose matters; by default those of the file itself'
  return withConfig(command).option('--tenant <name>', about, DEFAULT_TENANT)
}

/** The configuration, for a command that starts nothing. */
export function inspectedConfig({ config }: Pick<ConfigOptions, 'config'>): Config {
  return loadConfig(config, process.env, { purpose: 'inspect' })
}

/** The same, with what the tenant says in place of what `default` does. */
export function inspectedTenant({ tenant = DEFAULT_TENANT, ...options }: ConfigOptions): Config {
  const config = inspectedConfig(options)
  if (tenant === DEFAULT_TENANT) return config
  const own = Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined
  if (own === undefined) {
    throw new PortcullisError('TENANT_UNKNOWN', 'no tenant of that name is declared')
  }
  return { ...config, ...own, ledger: { ...config.ledger, ...own.ledger } }
}

/** Speaks to the runtime of the configuration, about a tenant. */
export function runtimeOf({ tenant = DEFAULT_TENANT, ...options }: ConfigOptions): AdminClient {
  return adminClient({ socketPath: adminSocket(inspectedConfig(options)), tenant })
}
