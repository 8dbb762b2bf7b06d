import type { AdminOperations } from '../inbound/admin/admin-server.ts'
import type { Log } from '../pipeline/ports.ts'
import { adminSocket } from './admin-socket.ts'
import { closing } from './closing.ts'
import { compose, type Parts } from './compose.ts'
import type { Config } from './config.ts'
import { KeySchedule } from './keys/key-schedule.ts'
import { listen } from './listen.ts'
import { operations } from './operations.ts'
import { startAdminServer } from './parts.ts'
import { recordAdminRefusal } from './record-admin-refusal.ts'
import { recordEvent } from './record-event.ts'
import { systemAlarm } from './system-ports.ts'

/** How long the first connections to the servers may hold up the start, in milliseconds. */
export const FIRST_CONNECTIONS_WAIT_MS = 10_000

/** The runtime, serving agents. */
export interface Runtime {
  /** Where agents connect: `http://127.0.0.1:7070`. */
  readonly address: string
  readonly operations: AdminOperations
  close(): Promise<void>
}

/**
 * Starts the runtime: first what it stands on, then the servers, last the doors. Rejects, with
 * nothing left behind, when any of it fails.
 */
export async function startRuntime(config: Config, { log }: { log: Log }): Promise<Runtime> {
  const parts = await compose(config, log)
  const opened = closing()
  opened.add(() => parts.close())
  try {
    await atMost(FIRST_CONNECTIONS_WAIT_MS, parts.servers.ready())
    const { version } = parts.policies.current()
    await recordEvent(parts.ports, { name: 'runtime.started', detail: version, digest: version })
    await parts.privacy.erasures.settle()
    // What expired while nothing ran, or was asked under other policies, is settled first.
    await parts.approvals.tick()
    opened.add(() => recordEvent(parts.ports, { name: 'runtime.stopped', detail: 'in order' }))
    // What was only counted has its receipt before the last one.
    opened.add(() => parts.refusals.close())
    opened.add(await startKeySchedule(parts))
    // After the doors, before the last receipt: calls still under way fail now and leave theirs.
    opened.add(() => parts.servers.close())
    const doors = await listen(parts)
    opened.add(() => doors.close())
    // Before the doors: held calls are answered at once, and their requests stay pending.
    opened.add(() => parts.approvals.release())
    const operate = operations(parts, doors)
    const socketPath = adminSocket(config)
    const admin = await startAdminServer({
      ...{ socketPath, operations: operate, log },
      refused: (code, route) => recordAdminRefusal(code, route, parts.ports),
    })
    opened.add(() => admin.close())
    // Under other policies agents may see other tools, and what waits for consent is void.
    const changed = () => {
      doors.notifyListChanged()
      void parts.approvals.tick()
    }
    opened.add(parts.control.onChange(changed))
    parts.privacy.retention.start()
    return { address: doors.address, operations: operate, close: () => opened.close() }
  } catch (error) {
    await opened.close().catch((failure: Error) => {
      log.error('runtime.unclosed', { reason: failure.message })
    })
    throw error
  }
}

async function atMost(waitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** Rotates the keys of the ledger when it is time. Returns what ends that. */
async function startKeySchedule({ config, ports, log, keyDesk: desk }: Parts) {
  const schedule = new KeySchedule({
    ...{ desk, log, clock: ports.clock, alarm: systemAlarm },
    ...{ rotateEveryMs: config.keys.rotateEveryMs, overlapMs: config.keys.overlapMs },
  })
  await schedule.start()
  return () => schedule.close()
}
