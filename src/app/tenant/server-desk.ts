import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Parts } from '../compose.ts'
import { type Config, configDigest, loadConfig } from '../config.ts'
import { recordEvent } from '../record-event.ts'
import type { PreparedServers, ServersChange } from './live-servers.ts'
import type { TenantParts } from './open-tenant.ts'
import { tenantConfigs } from './shared.ts'

type Served = Pick<Parts, 'tenants' | 'shared'>

interface Prepared {
  readonly its: TenantParts
  readonly servers: PreparedServers
}

/**
 * Which servers there are, of all tenants: what the configuration says, taken up while the runtime
 * goes on. One change comes after the other, and each is taken up whole or not at all.
 */
export class ServerDesk {
  readonly #parts: Served
  readonly #env: NodeJS.ProcessEnv
  #turn: Promise<unknown> = Promise.resolve()

  /** `env` is where the configuration takes its secrets from. */
  constructor(parts: Served, env: NodeJS.ProcessEnv) {
    this.#parts = parts
    this.#env = env
  }

  /**
   * Reads the configuration again, and takes up the `[servers]` of every tenant that there is:
   * tenants themselves do not come and go. Nothing else of it is taken up.
   * @throws PortcullisError `CONFIG_*`, `CERTIFICATE_UNUSABLE`, `SIGNER_FILE_INVALID`,
   * `FILE_UNREADABLE`, `KEY_PINS_UNAVAILABLE` with nothing changed; `LEDGER_*`.
   */
  reload(): Promise<ReadonlyMap<Tenant, ServersChange>> {
    return this.#inTurn(async () => {
      const config = loadConfig(this.#parts.shared.installation.file, this.#env)
      return this.#take(await this.#prepare(config))
    })
  }

  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** All of them, or none. */
  async #prepare(config: Config): Promise<readonly Prepared[]> {
    const prepared: Prepared[] = []
    try {
      for (const [tenant, { servers: next }] of tenantConfigs(config)) {
        const its = this.#parts.tenants.get(tenant)
        if (its !== undefined) prepared.push({ its, servers: await its.live.prepare(next, its) })
      }
      return prepared
    } catch (error) {
      for (const { servers } of prepared) servers.drop()
      throw error
    }
  }

  async #take(all: readonly Prepared[]): Promise<ReadonlyMap<Tenant, ServersChange>> {
    for (const { servers } of all) void servers.take()
    for (const { its, servers } of all) await this.#record(its, servers.change)
    return new Map(all.map(({ its, servers }) => [its.tenant, servers.change]))
  }

  async #record({ tenant, config, live, ports }: TenantParts, change: ServersChange) {
    const { added, removed, replaced } = change
    if (added.length + removed.length + replaced.length === 0) return
    this.#parts.shared.log.info('servers.changed', { tenant, ...change })
    const digest = configDigest({ ...config, servers: live.declared })
    const event = { name: 'config.loaded', detail: 'servers', ...(digest && { digest }) } as const
    await recordEvent(ports, event)
  }
}
