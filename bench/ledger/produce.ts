import { setImmediate } from 'node:timers/promises'
import type { Peer } from './peers.ts'

/** Receipts under way at once, at most. */
export const WINDOW = 4_000
/** Receipts that a producer hands in between two looks at what has become of others. */
const HANDFUL = 500

/** What receipts cost. Processor time swings less than the rate where others use the machine. */
export interface Pace {
  /** A second. */
  readonly rate: number
  /** Microseconds of all threads per receipt. */
  readonly cpu: number
  /** Of these, the ones of the thread that appends. */
  readonly ownCpu: number
}

/** Appends the receipts from one number up to another; settles once all of them are durable. */
export type Hand = (from: number, to: number) => Promise<unknown>

/** Appends so many receipts as fast as one producer can that lets the ledger push back. */
export async function produce(count: number, hand: Hand): Promise<Pace> {
  const stop = clock()
  const underWay: Promise<unknown>[] = []
  for (let from = 0; from < count; from += HANDFUL) {
    underWay.push(hand(from, Math.min(from + HANDFUL, count)))
    await setImmediate()
    if (underWay.length >= WINDOW / HANDFUL) await underWay.shift()
  }
  await Promise.all(underWay)
  return stop(count)
}

/** A promise for each receipt; receipts are durable in their order, so the last tells of all. */
export function lastOf(
  from: number,
  to: number,
  append: (n: number) => Promise<unknown>,
): Promise<unknown> {
  for (let n = from; n < to - 1; n += 1) append(n).catch(() => undefined)
  return append(to - 1)
}

interface Work {
  readonly peer: Peer
  readonly groups: number
  /** What one group has in it. */
  readonly content: () => readonly Buffer[]
}

/** So many groups, one after the other, as a peer writes them. */
export function paceOf(file: string, { peer, groups, content }: Work): Pace {
  const { group, close } = peer(file)
  group(content())
  const stop = clock()
  let count = 0
  for (let n = 0; n < groups; n += 1) {
    const leaves = content()
    group(leaves)
    count += leaves.length
  }
  const pace = stop(count)
  close()
  return pace
}

function clock(): (count: number) => Pace {
  const begun = performance.now()
  const all = process.cpuUsage()
  const own = process.threadCpuUsage()
  return (count) => {
    const each = ({ user, system }: NodeJS.CpuUsage) => (user + system) / count
    const seconds = (performance.now() - begun) / 1_000
    const ownCpu = each(process.threadCpuUsage(own))
    return { rate: count / seconds, cpu: each(process.cpuUsage(all)), ownCpu }
  }
}
