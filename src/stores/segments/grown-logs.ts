import { PortcullisError } from '../../kernel/errors.ts'
import { type Checkpoint, claimedCheckpoint, parseHead } from '../../kernel/tlog/checkpoint.ts'
import { HASH_BYTES, type Hash, leafHash, sameHash } from '../../kernel/tlog/hash.ts'
import { type Tile, TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { FRAME_KINDS } from './frame.ts'
import { NODE_LOG } from './ledger-state.ts'
import type { FrameGroup, PlacedFrame } from './read-groups.ts'
import { parseLogName } from './replay.ts'
import type { Position } from './segment-files.ts'

/** A log by its number in frames. The node log has no tenant. */
export interface NamedLog {
  readonly log: number
  readonly origin: string
  readonly tenant?: string
}

/** A log with the tree of its leaves. */
export interface GrownLog extends NamedLog {
  readonly tree: TiledTree
}

export interface GrownLeaf {
  readonly log: number
  readonly seq: number
  readonly at: Position
  readonly hash: Hash
  /** Text of the receipt, or of the head; nothing where it was taken out after its time. */
  readonly text?: string
}

/** What a group adds to a ledger. */
export interface Growth {
  readonly declared: readonly NamedLog[]
  readonly leaves: readonly GrownLeaf[]
  readonly tiles: readonly (Tile & { readonly log: number })[]
  /** For each log that has grown: its size, and where its head stands in the node log. */
  readonly heads: readonly { readonly log: number; readonly size: number; readonly seq: number }[]
  /** Signed checkpoints, that of the node log last. */
  readonly signed: readonly { readonly log: number; readonly size: number; readonly note: string }[]
}

type Growing = { -readonly [K in keyof Growth]: Growth[K][number][] }

/**
 * The logs of a ledger while groups are read. Every leaf is hashed, and every head must be that of
 * the tree: what was read while it was being written, or was altered, fits no head. Signatures are
 * not looked at: that takes the key, and verifying does it.
 */
export class GrownLogs {
  readonly #logs: Map<number, GrownLog>

  constructor(logs: readonly GrownLog[] = []) {
    this.#logs = new Map(logs.map((log) => [log.log, log]))
  }

  /** The same logs, to grow apart from these. */
  copy(): GrownLogs {
    return new GrownLogs([...this.#logs.values()].map((log) => ({ ...log, tree: log.tree.copy() })))
  }

  get all(): readonly GrownLog[] {
    return [...this.#logs.values()]
  }

  size(log: number): number {
    return this.#logs.get(log)?.tree.size ?? 0
  }

  /** @throws PortcullisError `LEDGER_CORRUPT`; these logs are of no use then. */
  take({ frames, note, noteAt }: FrameGroup): Growth {
    const head = claimed(note, noteAt)
    const growing: Growing = { declared: [], leaves: [], tiles: [], heads: [], signed: [] }
    if (!this.#logs.has(NODE_LOG)) {
      this.#declare({ log: NODE_LOG, origin: head.origin }, growing)
    }
    for (const frame of frames) this.#frame(frame, growing)
    if (!isHeadOf(head, this.#logs.get(NODE_LOG)))
      throw wrong(noteAt, 'the head is of another tree')
    growing.signed.push({ log: NODE_LOG, size: head.size, note })
    return growing
  }

  #frame(frame: PlacedFrame, growing: Growing): void {
    switch (frame.kind) {
      case FRAME_KINDS.leaf:
      case FRAME_KINDS.pruned:
        this.#leaf(frame, growing)
        break
      case FRAME_KINDS.log:
        this.#declare(parseLog(frame), growing)
        break
      case FRAME_KINDS.checkpoint:
        this.#signed(frame, growing)
        break
      // The one repeats what came before, the other what is published as a file too.
      case FRAME_KINDS.snapshot:
      case FRAME_KINDS.cosigned:
        break
    }
  }

  #signed({ at, log, body }: PlacedFrame, growing: Growing): void {
    const note = body.toString('utf8')
    const head = claimed(note, at)
    if (!isHeadOf(head, this.#logs.get(log))) throw wrong(at, 'the head is of another tree')
    growing.signed.push({ log, size: head.size, note })
  }

  #leaf({ log, kind, at, body }: PlacedFrame, growing: Growing): void {
    const tree = this.#logs.get(log)?.tree
    if (tree === undefined) throw wrong(at, `there is no log ${log}`)
    const pruned = kind === FRAME_KINDS.pruned
    if (pruned && body.length !== HASH_BYTES) throw wrong(at, 'a hash is cut short')
    const hash = pruned ? Uint8Array.from(body) : leafHash(body)
    const leaf = { log, seq: tree.size, at, hash }
    growing.leaves.push(pruned ? leaf : { ...leaf, text: body.toString('utf8') })
    for (const tile of tree.append(hash)) growing.tiles.push({ log, ...tile })
    if (log === NODE_LOG && !pruned) this.#head(body.toString('utf8'), leaf, growing)
  }

  /** A leaf of the node log is the head of a log that has grown. */
  #head(text: string, { seq, at }: GrownLeaf, growing: Growing): void {
    const head = orCorrupt(at, () => parseHead(text))
    const log = this.all.find(({ origin }) => origin === head.origin)
    if (!isHeadOf(head, log)) throw wrong(at, 'the head is of another tree')
    growing.heads.push({ log: log.log, size: head.size, seq })
  }

  #declare(named: NamedLog, growing: Growing): void {
    this.#logs.set(named.log, { ...named, tree: new TiledTree() })
    growing.declared.push(named)
  }
}

function isHeadOf(head: Checkpoint, log: GrownLog | undefined): log is GrownLog {
  const same = log?.origin === head.origin && log.tree.size === head.size
  return same && sameHash(log.tree.root(), head.root)
}

function claimed(note: string, at: Position): Checkpoint {
  return orCorrupt(at, () => claimedCheckpoint(note))
}

function parseLog({ at, log, body }: PlacedFrame): NamedLog {
  const name = parseLogName(body.toString('utf8'))
  if (name?.log === log) return name
  throw wrong(at, 'the declaration of a log is malformed')
}

function orCorrupt<T>(at: Position, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw wrong(at, cause instanceof Error ? cause.message : String(cause))
  }
}

function wrong({ segment, offset }: Position, why: string): PortcullisError {
  return new PortcullisError('LEDGER_CORRUPT', `segment ${segment}, byte ${offset}: ${why}`)
}
