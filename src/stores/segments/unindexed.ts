import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import type { Hash } from '../../kernel/tlog/hash.ts'
import type { GrownLeaf, GrownLog, GrownLogs, Growth } from './grown-logs.ts'
import type { IndexProgress } from './index-progress.ts'
import { readGroups } from './read-groups.ts'
import type { Position } from './segment-files.ts'

/** What groups add that are behind the end of the index, kept in memory. */
export class Unindexed {
  readonly #directory: string
  readonly #logs: GrownLogs
  /** Sizes of the logs in the index. */
  readonly #indexed: ReadonlyMap<number, number>
  readonly #leaves = new Map<number, GrownLeaf[]>()
  readonly #roots = new Map<string, Hash[]>()
  readonly #heads = new Map<string, number>()
  readonly #signed = new Map<number, { size: number; note: string }>()
  #at: Position
  #count = 0

  constructor(directory: string, { at, logs }: IndexProgress) {
    this.#directory = directory
    this.#logs = logs
    this.#indexed = new Map(logs.all.map(({ log, tree }) => [log, tree.size]))
    this.#at = at
  }

  get logs(): readonly GrownLog[] {
    return this.#logs.all
  }

  /** How many leaves there are here, of all logs. */
  get count(): number {
    return this.#count
  }

  /**
   * Reads the groups there are by now, under heads of the node log up to a size, until it holds
   * more than `limit` leaves. Returns the segments that it read from.
   */
  read(durable: number, limit: number): ReadonlySet<number> {
    const segments = new Set<number>()
    for (const group of readGroups(this.#directory, this.#at)) {
      if (claimedCheckpoint(group.note).size > durable) break
      this.#add(this.#logs.take(group))
      this.#at = group.end
      segments.add(group.end.segment)
      if (this.#count > limit) break
    }
    return segments
  }

  size(log: number): number {
    return this.#logs.size(log)
  }

  indexed(log: number): number {
    return this.#indexed.get(log) ?? 0
  }

  leaf(log: number, seq: number): GrownLeaf | undefined {
    return this.#leaves.get(log)?.[seq - this.indexed(log)]
  }

  leaves(log: number): readonly GrownLeaf[] {
    return this.#leaves.get(log) ?? []
  }

  /** Hashes over full tiles of a level that are not in the index, in order. */
  roots(log: number, level: number): readonly Hash[] {
    return this.#roots.get(`${log} ${level}`) ?? []
  }

  /** Where in the node log the head of a log at this size stands. */
  headOf(log: number, size: number): number | undefined {
    return this.#heads.get(`${log} ${size}`)
  }

  checkpoint(log: number): { readonly size: number; readonly note: string } | undefined {
    return this.#signed.get(log)
  }

  #add({ leaves, tiles, heads, signed }: Growth): void {
    for (const leaf of leaves) listOf(this.#leaves, leaf.log).push(leaf)
    for (const { log, level, root } of tiles) listOf(this.#roots, `${log} ${level}`).push(root)
    for (const { log, size, seq } of heads) this.#heads.set(`${log} ${size}`, seq)
    for (const { log, ...checkpoint } of signed) this.#signed.set(log, checkpoint)
    this.#count += leaves.length
  }
}

function listOf<K, V>(lists: Map<K, V[]>, key: K): V[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
