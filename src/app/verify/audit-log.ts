/** Hashes a log again that is kept as tiles, and holds it against its signed head. */
import { PortcullisError } from '../../kernel/errors.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import { type Checkpoint, parseCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { type Hash, leafHash, sameHash } from '../../kernel/tlog/hash.ts'
import type { LogFault, LogProblem } from '../../kernel/tlog/log-faults.ts'
import { isLogOfNode } from '../../kernel/tlog/note.ts'
import { consistencyProof, verifyConsistency } from '../../kernel/tlog/proof.ts'
import { TILE_WIDTH, TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { hashesAtLevel, parseEntries, tilePath } from '../../kernel/tlog/tiles.ts'
import {
  fromTiles,
  type LogSource,
  readBundle,
  readHashes,
  TileMissing,
  tileAt,
} from './log-source.ts'

/** Problems that are listed; the others are counted. */
export const MAX_LISTED_PROBLEMS = 20

/** Bundles that are asked for before they are needed. */
const READ_AHEAD = 4

/** How far a log was hashed: where a later run may go on. */
export interface AuditedTo {
  readonly size: number
  readonly loose: readonly (readonly Hash[])[]
}

export interface AuditOptions {
  /** A head that was seen before: the log must continue it, and is hashed from there on. */
  readonly known?: Checkpoint | undefined
  /** Where an earlier run was cut off. */
  readonly resume?: AuditedTo | undefined
  /** Bundles of entries below this index may be gone: what retention took out. */
  readonly prunedBelow?: number | undefined
  onProgress?(audited: AuditedTo, of: number): void
}

export interface LogAudit {
  readonly problems: readonly LogProblem[]
  readonly unlisted: number
  /** Entries that were hashed in this run. */
  readonly hashed: number
}

/** Everything of the log that is new since what is known of it. */
export async function auditLog(
  source: LogSource,
  head: Checkpoint,
  options: AuditOptions = {},
): Promise<LogAudit> {
  const { known, resume } = options
  if (known !== undefined && known.size > head.size) {
    return only('LOG_ROLLED_BACK', `size ${head.size} now, ${known.size} then`)
  }
  if (known?.size === head.size && !sameHash(known.root, head.root)) {
    return only('LOG_FORKED', `another root at size ${head.size}`)
  }
  const continued = known === undefined ? undefined : await continuing(source, head, known)
  if (known === undefined || continued !== undefined) {
    const from = resume !== undefined && resume.size >= (continued?.size ?? 0) ? resume : continued
    const fitting = from !== undefined && from.size <= head.size ? from : undefined
    return new Audit(source, head, { ...options, known: undefined }).run(fitting)
  }
  // Another history, or a tile that was altered: only hashing all of it tells which.
  return new Audit(source, head, options).run()
}

function only(code: LogFault, message: string): LogAudit {
  return { problems: [{ code, place: 'checkpoint', message }], unlisted: 0, hashed: 0 }
}

/** Where to go on behind a known head, if the tiles show that the log continues it. */
async function continuing(
  source: LogSource,
  head: Checkpoint,
  known: Checkpoint,
): Promise<AuditedTo | undefined> {
  try {
    const proof = await fromTiles(source, head.size, (read) =>
      consistencyProof(known.size, head.size, read),
    )
    if (!verifyConsistency(known, head, proof)) return undefined
    const loose: (readonly Hash[])[] = []
    for (let level = 0; hashesAtLevel(level, known.size) > 0; level += 1) {
      const count = hashesAtLevel(level, known.size)
      const last = count - (count % TILE_WIDTH)
      const hashes = count === last ? [] : await readHashes(source, tileAt(level, last, head.size))
      loose.push(hashes.slice(0, count - last))
    }
    const resumed = TiledTree.resume(loose)
    return sameHash(resumed.root(), known.root) ? { size: known.size, loose } : undefined
  } catch (error) {
    if (error instanceof TileMissing) return undefined
    throw error
  }
}

type Fetched = Promise<
  readonly [hashes: readonly Hash[] | undefined, leaves: readonly Uint8Array[] | undefined]
>

class Audit {
  readonly #source: LogSource
  readonly #head: Checkpoint
  readonly #options: AuditOptions
  readonly #ahead = new Map<number, Fetched>()
  readonly #problems: LogProblem[] = []
  #count = 0
  #hashed = 0
  #tree = new TiledTree()
  /** Places where entries and the tile over them differ: which is wrong shows at the end. */
  readonly #differing: { readonly bundle: number; readonly entry: number }[] = []

  constructor(source: LogSource, head: Checkpoint, options: AuditOptions) {
    this.#source = source
    this.#head = head
    this.#options = options
  }

  async run(from?: AuditedTo): Promise<LogAudit> {
    if (from !== undefined) this.#tree = TiledTree.resume(from.loose)
    const { size } = this.#head
    this.#checkKnown()
    while (this.#tree.size < size) {
      if (!(await this.#bundle(Math.floor(this.#tree.size / TILE_WIDTH)))) return this.#report()
      this.#options.onProgress?.({ size: this.#tree.size, loose: this.#tree.loose() }, size)
    }
    await this.#edge()
    this.#settle()
    return this.#report()
  }

  /** One bundle and the tile over it; false where nothing can be hashed from there on. */
  async #bundle(index: number): Promise<boolean> {
    const first = index * TILE_WIDTH
    const width = Math.min(TILE_WIDTH, this.#head.size - first)
    const [hashes, leaves] = await this.#fetched(index)
    if (leaves === undefined && hashes === undefined) return false
    for (let at = this.#tree.size - first; at < width; at += 1) {
      const leaf = leaves?.[at]
      const listed = hashes?.[at]
      const hash = leaf === undefined ? listed : leafHash(leaf)
      if (hash === undefined) return false
      if (leaf !== undefined) this.#entry(leaf, first + at)
      if (listed !== undefined && !sameHash(hash, listed)) {
        this.#differing.push({ bundle: index, entry: first + at })
      }
      await this.#append(hash)
    }
    return true
  }

  /** A tile and its entries; those after it are asked for meanwhile, the network being slow. */
  #fetched(index: number): Fetched {
    const last = Math.min(index + READ_AHEAD, Math.ceil(this.#head.size / TILE_WIDTH) - 1)
    for (let at = index; at <= last; at += 1) {
      if (this.#ahead.has(at)) continue
      const width = Math.min(TILE_WIDTH, this.#head.size - at * TILE_WIDTH)
      const tile = { kind: 'tile', level: 0, index: at, width } as const
      const fetched = Promise.all([this.#hashes(tile), this.#leaves(at, width)])
      // Whoever awaits it is told; until then it is nobody's failure.
      fetched.catch(() => undefined)
      this.#ahead.set(at, fetched)
    }
    const fetched = this.#ahead.get(index)
    this.#ahead.delete(index)
    return fetched ?? Promise.resolve([undefined, undefined])
  }

  async #append(hash: Hash): Promise<void> {
    this.#hashed += 1
    for (const { level, index, hashes } of this.#tree.append(hash)) {
      if (level > 0) await this.#compare({ kind: 'tile', level, index, width: TILE_WIDTH }, hashes)
    }
    this.#checkKnown()
  }

  #checkKnown(): void {
    const { known } = this.#options
    if (known === undefined || this.#tree.size !== known.size) return
    if (sameHash(this.#tree.root(), known.root)) return
    this.#add('LOG_FORKED', 'checkpoint', `another root at size ${known.size}`)
  }

  async #hashes(tile: Parameters<typeof readHashes>[1]): Promise<readonly Hash[] | undefined> {
    try {
      return await readHashes(this.#source, tile)
    } catch (error) {
      if (!(error instanceof TileMissing)) throw error
      this.#add('LOG_TILE_MISSING', error.path, error.message)
      return undefined
    }
  }

  async #leaves(index: number, width: number): Promise<readonly Uint8Array[] | undefined> {
    const place = tilePath({ kind: 'entries', index, width })
    const bundle = await readBundle(this.#source, index, width)
    const pruned = (index + 1) * TILE_WIDTH <= (this.#options.prunedBelow ?? 0)
    if (bundle === undefined) {
      if (!pruned) this.#add('LOG_ENTRIES_MISSING', place, 'it is not there')
      return undefined
    }
    try {
      const leaves = parseEntries(bundle)
      if (leaves.length === width || leaves.length === TILE_WIDTH) return leaves.slice(0, width)
      this.#add('LOG_ENTRIES_MISSING', place, `${leaves.length} entries of ${width}`)
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
      this.#add('LOG_ENTRIES_MISSING', place, error.message)
    }
    return undefined
  }

  /** An entry is a receipt of its place, or the head of a tenant in the log of its node. */
  #entry(leaf: Uint8Array, index: number): void {
    const { origin } = this.#head
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(leaf)
      if (text.startsWith('{')) {
        const { log, seq } = parseReceipt(text)
        if (log === origin && seq === index) return
      } else if (isLogOfNode(origin, parseCheckpoint(text).origin)) return
      this.#add('LOG_ENTRY_INVALID', this.#placeOf(index), `entry ${index} is of another place`)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#add('LOG_ENTRY_INVALID', this.#placeOf(index), `entry ${index}: ${why}`)
    }
  }

  #placeOf(entry: number): string {
    const index = Math.floor(entry / TILE_WIDTH)
    const width = Math.min(TILE_WIDTH, this.#head.size - index * TILE_WIDTH)
    return tilePath({ kind: 'entries', index, width })
  }

  /** The partial tiles at the right edge, above the lowest level. */
  async #edge(): Promise<void> {
    for (const [level, loose] of this.#tree.loose().entries()) {
      if (level === 0 || loose.length === 0) continue
      const index = Math.floor(hashesAtLevel(level, this.#head.size) / TILE_WIDTH)
      await this.#compare({ kind: 'tile', level, index, width: loose.length }, Buffer.concat(loose))
    }
  }

  async #compare(tile: Parameters<typeof readHashes>[1], expected: Uint8Array): Promise<void> {
    const hashes = await this.#hashes(tile)
    if (hashes === undefined || sameHash(Buffer.concat(hashes), expected)) return
    this.#add('LOG_TILE_ALTERED', tilePath(tile), 'it is not over the tiles below it')
  }

  #settle(): void {
    const holds = sameHash(this.#tree.root(), this.#head.root)
    for (const { bundle, entry } of this.#differing) {
      if (holds)
        this.#add(
          'LOG_TILE_ALTERED',
          tilePath(tileAt(0, bundle * TILE_WIDTH, this.#head.size)),
          `the hash of entry ${entry}`,
        )
      else this.#add('LOG_ENTRY_ALTERED', this.#placeOf(entry), `entry ${entry}`)
    }
    if (!holds && this.#differing.length === 0) {
      this.#add('LOG_ROOT_DIFFERS', 'checkpoint', `another root at size ${this.#head.size}`)
    }
  }

  #add(code: LogFault, place: string, message: string): void {
    this.#count += 1
    if (this.#problems.length < MAX_LISTED_PROBLEMS) this.#problems.push({ code, place, message })
  }

  #report(): LogAudit {
    const problems = this.#problems
    return { problems, unlisted: this.#count - problems.length, hashed: this.#hashed }
  }
}
