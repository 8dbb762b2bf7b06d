import type { NewServer } from '../../contract/servers.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Parts } from '../compose.ts'
import type { ConfigDraft, DraftPlace } from '../config/config-draft.ts'
import { type Config, configDigest, loadConfig } from '../config.ts'
import { recordEvent } from '../record-event.ts'
import type { PreparedServers, ServersChange } from '../tenant/live-servers.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'
import { tenantConfigs } from '../tenant/shared.ts'
import { draftWithoutServer, draftWithServer } from './draft-servers.ts'

type Served = Pick<Parts, 'tenants' | 'shared'>

interface Prepared {
  readonly its: TenantParts
  readonly servers: PreparedServers
}

/** What was taken up, of each tenant; `tried` resolves when what is new was tried once. */
interface Taken {
  readonly changes: ReadonlyMap<Tenant, ServersChange>
  readonly tried: Promise<unknown>
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
      return (await this.#take(await this.#prepare(config))).changes
    })
  }

  /**
   * Writes a server into the file of a tenant, and takes up the configuration as it then is.
   * @throws PortcullisError as `draftWithServer` does, as a reload does, and `CONFIG_CHANGED`,
   * `FILE_UNWRITABLE`, `LEDGER_*`: then nothing is changed.
   */
  add(its: TenantParts, server: NewServer, by: EventBy): Promise<Taken> {
    const event = { name: 'server.added', detail: server.name } as const
    return this.#change(its, { event, by, draft: (place) => draftWithServer(place, server) })
  }

  /** The same with a server that is cut out. @throws PortcullisError as `draftWithoutServer`. */
  remove(its: TenantParts, name: string, by: EventBy): Promise<Taken> {
    const event = { name: 'server.removed', detail: name } as const
    return this.#change(its, { event, by, draft: (place) => draftWithoutServer(place, name) })
  }

  /** All that can fail comes first; the file is written last, and in force from then on. */
  #change(its: TenantParts, { draft, event, by }: Change): Promise<Taken> {
    return this.#inTurn(async () => {
      const main = this.#parts.shared.installation.file
      const place = { main, file: its.config.file, env: this.#env, purpose: 'run' } as const
      const { config, write } = draft(place)
      const prepared = await this.#prepare(config)
      try {
        await recordEvent(its.ports, event, by)
        write()
      } catch (error) {
        dropAll(prepared)
        throw error
      }
      return this.#take(prepared)
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
      dropAll(prepared)
      throw error
    }
  }

  async #take(all: readonly Prepared[]): Promise<Taken> {
    const tried = Promise.all(all.map(({ servers }) => servers.take()))
    for (const { its, servers } of all) await this.#record(its, servers.change)
    return { changes: new Map(all.map(({ its, servers }) => [its.tenant, servers.change])), tried }
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

interface Change {
  readonly draft: (place: DraftPlace) => ConfigDraft
  readonly event: RecordedEvent
  readonly by: EventBy
}

function dropAll(prepared: readonly Prepared[]): void {
  for (const { servers } of prepared) servers.drop()
}
