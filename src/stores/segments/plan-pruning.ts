import { PortcullisError } from '../../kernel/errors.ts'
import { holdIdOf } from '../../kernel/privacy/hold-receipts.ts'
import { FRAME_KINDS, type Frame } from './frame.ts'
import { type LogName, NODE_LOG } from './ledger-state.ts'
import { parseLogName, seqOf } from './replay.ts'
import { framesOfSegment, listSegments } from './segment-files.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'
import { lastWritten } from './tail.ts'

/** What is known of a receipt when it is asked whether its body may go. */
export interface OldReceipt {
  readonly tenant: string
  readonly run: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Of the subjects that it names. */
  readonly pseudonyms: readonly string[]
  /** Id of the hold that it says was added. */
  readonly adds?: string
}

/** Leaves of one log that lose their body, `to` not included; none below `from` has one now. */
export interface PrunedLog extends LogName {
  readonly from: number
  readonly to: number
}

/** What is to be written anew. */
export interface PruningPlan {
  /** Logs that leaves are taken out of, each with its new minimum index. */
  readonly logs: readonly PrunedLog[]
  readonly segments: readonly PlannedSegment[]
}

export interface PlannedSegment {
  readonly segment: number
  /** Numbers of the logs whose leaves go. */
  readonly logs: ReadonlySet<number>
}

/** A log on the way through its segments. */
interface Walk extends LogName {
  next: number
  /** Bodies are there from this leaf on. */
  from: number
  /** Leaves before this one go. */
  to: number
  /** A leaf was met that stays: so do all behind it. */
  ended: boolean
}

/**
 * Finds the leaves whose bodies may go: of each log those below a minimum index, as C2SP tlog-tiles
 * allow, where a whole segment has no leaf of that log that stays. The last segment that anything
 * is written in stays as it is, and so does every action that had no outcome when it began.
 * @throws PortcullisError `LEDGER_CORRUPT` for what can't be read: nothing is taken out of that.
 */
export function planPruning(
  directory: string,
  mayGo: (receipt: OldReceipt) => boolean,
): PruningPlan {
  const last = lastWritten(directory) ?? 0
  const floors = openFloors(directory, last)
  const walks = new Map<number, Walk>()
  const old = listSegments(directory).filter((number) => number < last)
  const going = new Map<number, ReadonlySet<number>>()
  for (const segment of old) {
    going.set(segment, walkSegment(directory, segment, { walks, floors, mayGo }))
    if ([...walks.values()].every(({ ended }) => ended)) break
  }
  const segments = old.flatMap((segment) => {
    const logs = going.get(segment) ?? new Set<number>()
    return logs.size > 0 || tellsOfOld(directory, segment, walks) ? [{ segment, logs }] : []
  })
  const logs = [...walks.values()].flatMap(({ log, origin, tenant, from, to }) =>
    to > from ? [{ log, origin, tenant, from, to }] : [],
  )
  return { logs, segments }
}

interface Walking {
  readonly walks: Map<number, Walk>
  readonly floors: ReadonlyMap<number, number>
  mayGo(receipt: OldReceipt): boolean
}

/** The logs that lose their leaves in this segment. */
function walkSegment(directory: string, segment: number, walking: Walking): Set<number> {
  const { walks } = walking
  const met = new Map<number, { bodies: number; stays: boolean }>()
  for (const found of framesOfSegment(directory, { segment, offset: 0 })) {
    if ('bad' in found) throw unreadable(segment)
    const { frame } = found
    if (frame.kind === FRAME_KINDS.log) declare(walks, frame)
    const isLeaf = frame.kind === FRAME_KINDS.leaf || frame.kind === FRAME_KINDS.pruned
    if (!isLeaf || frame.log === NODE_LOG) continue
    const walk = walks.get(frame.log)
    if (walk === undefined) throw unreadable(segment)
    const here = met.get(frame.log) ?? { bodies: 0, stays: false }
    met.set(frame.log, here)
    if (frame.kind === FRAME_KINDS.leaf) {
      here.bodies += 1
      here.stays ||= walk.ended || !goes(frame, walk, walking)
    }
    walk.next += 1
  }
  const logs = new Set<number>()
  for (const [log, { bodies, stays }] of met) {
    const walk = walks.get(log)
    if (walk === undefined) continue
    walk.ended ||= stays
    if (walk.ended) continue
    if (bodies === 0) walk.from = walk.next
    else logs.add(log)
    walk.to = walk.next
  }
  return logs
}

function declare(walks: Map<number, Walk>, { body, log }: Frame): void {
  const name = parseLogName(Buffer.from(body).toString('utf8'))
  if (name !== undefined) walks.set(log, { ...name, next: 0, from: 0, to: 0, ended: false })
}

function goes({ body, log }: Frame, walk: Walk, { floors, mayGo }: Walking): boolean {
  const floor = floors.get(log)
  if (floor !== undefined && walk.next >= floor) return false
  const receipt = readLeaf(Buffer.from(body).toString('utf8'))
  return mayGo({ tenant: walk.tenant, ...receipt })
}

function readLeaf(text: string): Omit<OldReceipt, 'tenant'> {
  try {
    const { run, ts, in: input, out, event } = JSON.parse(text)
    const named: unknown[] = [input?.subject, out?.subject, event?.subject]
    const pseudonyms = named.filter((each) => typeof each === 'string')
    const adds = event?.name === 'hold.added' ? holdIdOf(event) : undefined
    if (typeof run === 'string' && typeof ts === 'number') {
      return { run, at: ts, pseudonyms, ...(adds !== undefined && { adds }) }
    }
  } catch (cause) {
    throw new PortcullisError('LEDGER_CORRUPT', 'a leaf of the ledger is no JSON', { cause })
  }
  throw new PortcullisError('LEDGER_CORRUPT', 'a leaf of the ledger is no receipt')
}

/** Does its snapshot hold a leaf whose body goes? */
function tellsOfOld(directory: string, segment: number, walks: ReadonlyMap<number, Walk>): boolean {
  const { open = [] } = snapshotOfSegment(directory, segment) ?? {}
  return open.some(({ log, leaf }) => seqOf(leaf) < (walks.get(log)?.to ?? 0))
}

/** By log, the first action that had no outcome yet when the last segment began. */
function openFloors(directory: string, last: number): ReadonlyMap<number, number> {
  const floors = new Map<number, number>()
  for (const { log, leaf } of snapshotOfSegment(directory, last)?.open ?? []) {
    floors.set(log, Math.min(floors.get(log) ?? Number.POSITIVE_INFINITY, seqOf(leaf)))
  }
  return floors
}

function snapshotOfSegment(directory: string, segment: number): Snapshot | undefined {
  if (!listSegments(directory).includes(segment)) return undefined
  for (const found of framesOfSegment(directory, { segment, offset: 0 })) {
    return 'frame' in found ? readSnapshot(found.frame)?.snapshot : undefined
  }
  return undefined
}

function unreadable(segment: number): PortcullisError {
  return new PortcullisError('LEDGER_CORRUPT', `segment ${segment} can not be read`)
}
