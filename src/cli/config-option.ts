import type { Command } from 'commander'
import { adminSocket } from '../app/admin-socket.ts'
import { type Config, loadConfig } from '../app/config.ts'
import { type AdminClient, adminClient } from '../client/admin-client.ts'

/** The configuration where nothing names another. */
export const DEFAULT_CONFIG_FILE = 'portcullis.toml'

export interface ConfigOptions {
  readonly config: string
  readonly json?: boolean
}

/** Adds `--config`, by which a command finds its runtime. */
export function withConfig(command: Command): Command {
  return command.option('--config <file>', 'the configuration', DEFAULT_CONFIG_FILE)
}

/** The configuration, for a command that starts nothing. */
export function inspectedConfig({ config }: ConfigOptions): Config {
  return loadConfig(config, process.env, { purpose: 'inspect' })
}

/** Speaks to the runtime of the configuration. */
export function runtimeOf(options: ConfigOptions): AdminClient {
  return adminClient({ socketPath: adminSocket(inspectedConfig(options)) })
}
