import { readFileSync } from 'node:fs'
import { figures, measure, type Result, rounded } from '../report.ts'
import { filtering } from './filter.ts'
import { type Gate, MANY_TOOLS } from './routes.ts'
import { openSession, type Session } from './session.ts'

const LISTINGS = 30
const SESSIONS = 1_000
/** Fewer than a server is asked at a time. */
const CALLERS_AT_ONCE = 100
/** How often the process is looked at while sessions open, in milliseconds. */
const LOOK_INTERVAL_MS = 20

/** A list of thousands of tools, filtered for an agent: one page of it, and all its pages. */
export async function lists({ address, token, many }: Gate): Promise<readonly Result[]> {
  const direct = await openSession(many, { callers: 1 })
  const through = await openSession(new URL(`${address}/mcp/many`), { callers: 1, token })
  const federated = await openSession(new URL(`${address}/mcp`), { callers: 1, token })
  const whole = async (session: Session) => {
    let seen = 0
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await session.list(cursor)
      seen += page.count
      cursor = page.next
    }
    if (seen < MANY_TOOLS) throw new Error(`only ${seen} tools were listed`)
  }
  const of = async (session: Session, list: () => Promise<unknown>) => {
    await list()
    return { session, sample: await measure(1, LISTINGS, list) }
  }
  const bare = await of(direct, () => whole(direct))
  const relayed = await of(through, () => whole(through))
  const page = await of(federated, () => federated.list())
  const all = await of(federated, () => whole(federated))
  await Promise.all([direct.close(), through.close(), federated.close()])
  const name = `list/${MANY_TOOLS}`
  const floor = { name: `${name}/direct`, sample: bare.sample }
  return [
    ...figures(floor.name, bare.sample),
    ...figures(`${name}/filter`, await filtering(), floor),
    ...figures(`${name}/relay`, relayed.sample, floor),
    ...figures(`${name}/page`, page.sample, floor),
    ...figures(`${name}/all-pages`, all.sample, floor),
  ]
}

/**
 * What the runtime's process holds with many sessions open, each of which has called a tool, and at
 * most while they all open at once.
 */
export async function sessions({
  address,
  pid,
  crowd,
}: Gate): Promise<readonly [Result, ...Result[]]> {
  const before = resident(pid)
  const open = (at: number) => {
    const token = crowd[at % crowd.length]
    return openSession(new URL(`${address}/mcp`), { callers: 1, token })
  }
  const call = (session: Session | undefined) => session?.call('raw.echo', { message: 'hello' })
  const opened: Session[] = []
  for (let at = 0; at < SESSIONS; at++) {
    const session = await open(at)
    await call(session)
    opened.push(session)
  }
  const after = resident(pid)
  await Promise.all(opened.map((session) => session.close()))
  let peak = 0
  const looking = setInterval(() => {
    peak = Math.max(peak, resident(pid))
  }, LOOK_INTERVAL_MS)
  const atOnce = await Promise.all(Array.from({ length: SESSIONS }, (_, at) => open(at)))
  const waiting = [...atOnce]
  await measure(CALLERS_AT_ONCE, SESSIONS, async () => call(waiting.pop()))
  clearInterval(looking)
  peak = Math.max(peak, resident(pid))
  await Promise.all(atOnce.map((session) => session.close()))
  const name = `sessions/${SESSIONS}`
  return [
    held('sessions/0/resident', before),
    held(`${name}/resident`, after, before),
    held(`${name}/at-once`, peak, before),
  ]
}

/** What it holds after all those calls. */
export function afterCalls({ pid }: Gate, started: Result): Result {
  return held('calls/resident', resident(pid), started.value)
}

/** Megabytes, beside those at the start. */
function held(name: string, value: number, before?: number): Result {
  const figure = { name, value: rounded(value), unit: 'MB' } as const
  if (before === undefined) return { ...figure, against: null, ratio: null }
  return { ...figure, against: 'sessions/0/resident', ratio: rounded(value / before) }
}

/** Megabytes of a process that are in memory. */
function resident(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}
