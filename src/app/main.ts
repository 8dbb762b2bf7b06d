import type { AdminOperations } from '../inbound/admin/admin-operations.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { AccountConnector, Log } from '../pipeline/ports.ts'
import { administer, watchedOperations } from './admin/administer.ts'
import { atMost } from './at-most.ts'
import { type Closing, closing } from './closing.ts'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { KeySchedule } from './keys/key-schedule.ts'
import { type Listening, listen } from './listen.ts'
import { openPeopleDesk } from './people/open-desk.ts'
import { recordEvent } from './record-event.ts'
import { ServerDesk } from './servers/server-desk.ts'
import type { ServersChange } from './tenant/live-servers.ts'
import type { TenantParts } from './tenant/open-tenant.ts'
import type { Shared } from './tenant/shared.ts'
import { watchSignatures } from './tools/watch-signatures.ts'

/** How long the first connections to the servers may hold up the start, in milliseconds. */
export const FIRST_CONNECTIONS_WAIT_MS = 10_000

export interface RuntimeOptions {
  readonly log: Log
  /** Sources of accounts of one's own, asked about names that no other knows. */
  readonly connectors?: readonly AccountConnector[]
  /** Where the configuration takes its secrets from when it is read again; by default as Node. */
  readonly env?: NodeJS.ProcessEnv
}

/** The runtime, serving agents. */
export interface Runtime {
  /** Where agents connect: `http://127.0.0.1:7070`. */
  readonly address: string
  /** Where operators connect over the network; absent where they do not. */
  readonly adminAddress?: string
  /** Of the tenant `default`. */
  readonly operations: AdminOperations
  /** Of any tenant; nothing for one that there is not. */
  operationsOf(tenant: Tenant): AdminOperations | undefined
  /**
   * Reads the configuration again, and takes up its servers and nothing else of it.
   * @throws PortcullisError what is wrong with it, and all servers stay as they are; `LEDGER_*`.
   */
  reloadServers(): Promise<ReadonlyMap<Tenant, ServersChange>>
  close(): Promise<void>
}

/**
 * Starts the runtime: first what it stands on, then the servers, last the doors. Rejects, with
 * nothing left behind, when any of it fails.
 */
export async function startRuntime(
  config: Config,
  { log, connectors, env = process.env }: RuntimeOptions,
): Promise<Runtime> {
  const parts = await compose(config, log)
  const { shared, home } = parts
  const tenants = [...parts.tenants.values()]
  const opened = closing()
  opened.add(() => parts.close())
  try {
    await atMost(FIRST_CONNECTIONS_WAIT_MS, Promise.all(tenants.map((its) => its.servers.ready())))
    await atMost(FIRST_CONNECTIONS_WAIT_MS, all(tenants, watchSignatures))
    for (const its of tenants) await begin(its, opened)
    opened.add(await startKeySchedule(shared))
    // After the doors, before the last receipt: calls still under way fail now and leave theirs.
    opened.add(() => all(tenants, (its) => its.servers.close()))
    const desk = openPeopleDesk(parts, connectors)
    const serverDesk = new ServerDesk(parts, env)
    const doors = await listen(parts, desk)
    shared.certificates.watch()
    opened.add(() => doors.close())
    // Before the doors: held calls are answered at once, and their requests stay pending.
    opened.add(() => all(tenants, (its) => its.approvals.release()))
    const operate = watchedOperations(parts, { ...doors, desk, serverDesk })
    const adminAddress = await administer(parts, operate, opened)
    for (const its of tenants) opened.add(its.control.onChange(() => changed(its, doors)))
    for (const { privacy } of tenants) privacy.retention.start()
    const operationsOf = (tenant: Tenant) => {
      const its = parts.tenants.get(tenant)
      return its && operate(its)
    }
    const { address } = doors
    const ofHome = operate(home)
    const addresses = { address, ...(adminAddress !== undefined && { adminAddress }) }
    const reload = () => serverDesk.reload()
    const ways = { operations: ofHome, operationsOf, reloadServers: reload }
    return { ...addresses, ...ways, close: () => opened.close() }
  } catch (error) {
    await opened.close().catch((failure: Error) => {
      log.error('runtime.unclosed', { reason: failure.message })
    })
    throw error
  }
}

/** The first receipts of a tenant in this run, and how its last ones will be written. */
async function begin(its: TenantParts, opened: Closing): Promise<void> {
  const { policies, ports, approvals, refusals, privacy, signatures } = its
  const { version } = policies.current()
  await recordEvent(ports, { name: 'runtime.started', detail: version, digest: version })
  await privacy.erasures.settle()
  // What expired while nothing ran, or was asked under other policies, is settled first.
  await approvals.tick()
  opened.add(() => recordEvent(ports, { name: 'runtime.stopped', detail: 'in order' }))
  // What was only counted has its receipt before the last one.
  opened.add(() => refusals.close())
  opened.add(() => signatures.close())
  opened.add(() => ports.crossings.close())
}

/** Under other policies agents may see other tools, and what waits for consent is void. */
function changed({ tenant, approvals }: TenantParts, doors: Listening): void {
  doors.notifyListChanged(tenant)
  void approvals.tick()
}

async function all(
  tenants: readonly TenantParts[],
  close: (its: TenantParts) => void | Promise<void>,
): Promise<void> {
  await Promise.all(tenants.map(close))
}

/** Rotates the keys of the ledger when it is time. Returns what ends that. */
async function startKeySchedule({ installation, keyDesk: desk, ...shared }: Shared) {
  const { log, clock, alarm } = shared
  const { rotateEveryMs, overlapMs } = installation.keys
  const schedule = new KeySchedule({
    ...{ desk, log, clock, alarm, rotateEveryMs, overlapMs },
  })
  await schedule.start()
  return () => schedule.close()
}
