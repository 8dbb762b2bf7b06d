import { hash, randomBytes } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { MAX_LEAF_BYTES } from '../../kernel/receipt/leaf.ts'
import { HASH_BYTES } from '../../kernel/tlog/hash.ts'
import type { Files } from './files.ts'
import {
  FRAME_HEAD_BYTES,
  FRAME_KINDS,
  type FrameKind,
  frameBytes,
  writeFrame,
  writeTextFrame,
} from './frame.ts'
import { type CommitAnswer, type Group, groupBound, HEADS_AT_ONCE, type Standing } from './group.ts'
import { headText, type LedgerState, type LogName, NODE_LOG } from './ledger-state.ts'
import { writePublished } from './published.ts'
import type { Position } from './segment-files.ts'
import { SegmentSpace, type SpaceOptions } from './segment-space.ts'
import { type LedgerSigners, NoteSigner } from './signers.ts'
import { formatSnapshot, snapshotOf } from './snapshot.ts'

/** Room that only receipts which conclude something may use: outcomes, and the last of all. */
export const RESERVED_BYTES = 256 * 1024

/** With so little beyond it the disk counts as full: more than a leaf and what goes with it. */
const LAST_BYTES = 2 * MAX_LEAF_BYTES

export interface GroupWriterOptions extends SpaceOptions {
  readonly files: Files
  readonly signers: LedgerSigners
}

/**
 * Writes groups: leaves, the heads that they make, one signed checkpoint, one sync. It does so in
 * whichever thread it is called, and waits for the disk. After the first failure it writes nothing
 * any more: a failed sync can have dropped pages that a second one would not miss.
 */
export class GroupWriter {
  readonly #space: SegmentSpace
  readonly #state: LedgerState
  readonly #unsigned = new Set<number>()
  readonly #tail = new FrameBuffer()
  readonly #files: Files
  readonly #directory: string
  #signer: NoteSigner
  #sound = true

  /** Goes on with the logs of `state` at a place. */
  constructor(options: GroupWriterOptions, state: LedgerState, at: Position) {
    this.#signer = new NoteSigner(options.signers)
    this.#files = options.files
    this.#directory = options.directory
    this.#state = state
    for (const { log, signed, frontier } of state.logs) {
      if (log !== NODE_LOG && signed !== frontier.size) this.#unsigned.add(log)
    }
    this.#space = new SegmentSpace(options, at)
  }

  get standing(): Standing {
    const { position: at, room, ready } = this.#space
    const full = this.#space.full && ready < RESERVED_BYTES + LAST_BYTES
    return { at, room, full, unsigned: this.#unsigned.size }
  }

  get nodeEdge(): { size: number; subtrees: readonly Uint8Array[] } {
    const { frontier } = this.#state.node
    return { size: frontier.size, subtrees: frontier.subtrees() }
  }

  /** Signs with these from the next group on. */
  useSigners(signers: LedgerSigners): void {
    this.#signer = new NoteSigner(signers)
  }

  /**
   * Writes a group: with the answer all of it is on the disk, or nothing was written. The answer is
   * a promise only where room for it is still being made. One group at a time.
   */
  commit(group: Group): CommitAnswer | Promise<CommitAnswer> {
    if (!this.#sound) throw new PortcullisError('LEDGER_UNAVAILABLE', 'an earlier commit failed')
    const waiting = this.#space.roomFor(this.#wantedBy(group).bytes)
    return waiting === undefined ? this.#write(group) : waiting.then(() => this.commit(group))
  }

  #write(group: Group): CommitAnswer {
    this.#sound = false
    const snapshot = this.#beginSegment(group)
    if (snapshot === undefined) {
      this.#sound = true
      this.#space.prepare()
      return { type: 'refused', standing: this.standing }
    }
    const head = this.#declare(group.declared)
    const dirty = this.#grow(group)
    this.#tail.clear()
    const heads = this.#addHeads(dirty)
    this.#signHeads(group.signHeads)
    for (const note of group.cosigned) this.#tail.add(NODE_LOG, FRAME_KINDS.cosigned, note)
    const note = this.#signer.sign(this.#state.node.origin, headText(this.#state.node))
    this.#tail.add(NODE_LOG, FRAME_KINDS.checkpoint, note)
    this.#space.write([snapshot, head, group.frames, this.#tail.bytes])
    const published = group.cosigned.at(-1)
    if (published !== undefined) writePublished(this.#files, this.#directory, published)
    this.#sound = true
    this.#space.prepare()
    return { type: 'committed', note, heads, standing: this.standing }
  }

  /** Looks for room where there was none. */
  poke(): Standing {
    if (this.#sound) this.#space.prepare()
    return this.standing
  }

  close(): Promise<void> {
    return this.#space.close()
  }

  /** Sees to the room for a group. A group that begins a segment has a snapshot before it. */
  #beginSegment(group: Group): Uint8Array | undefined {
    const { bound, bytes: wanted } = this.#wantedBy(group)
    if (this.#space.position.offset > 0 && bound <= this.#space.room) {
      const fits = this.#space.hasRoomFor(Math.min(wanted, this.#space.room))
      return fits ? new Uint8Array(0) : undefined
    }
    if (group.open === undefined) throw new TypeError('a segment begins with a snapshot')
    const body = formatSnapshot(snapshotOf(this.#state, group.open), this.#signer)
    const bytes = frameBytes(body.length)
    const isNew = this.#space.position.offset === 0
    const fits = isNew
      ? this.#space.hasRoomFor(bytes + bound)
      : this.#space.beginNext(bytes + bound)
    if (!fits) return undefined
    const frame = Buffer.alloc(bytes)
    writeFrame(frame, 0, { log: NODE_LOG, kind: FRAME_KINDS.snapshot, body })
    return frame
  }

  /** Most bytes that a group comes to, and with those that are kept for what concludes. */
  #wantedBy(group: Group): { bound: number; bytes: number } {
    const bound = groupBound(group, this.#unsigned.size, this.#state.node.origin)
    return { bound, bytes: bound + (group.concluding ? 0 : RESERVED_BYTES) }
  }

  /** No head covers whose log it is: without a seal another tenant could be written there. */
  #declare(names: readonly LogName[]): Buffer {
    const frames = names.map((name) => {
      if (!this.#state.declare(name)) throw new TypeError('a log was declared out of order')
      const seal = this.#signer.seal(name).toString('base64')
      const body = Buffer.from(canonical({ ...name, seal }), 'utf8')
      const frame = Buffer.alloc(frameBytes(body.length))
      writeFrame(frame, 0, { log: name.log, kind: FRAME_KINDS.log, body })
      return frame
    })
    return Buffer.concat(frames)
  }

  /** Adds the leaves to their trees; returns the logs that have grown. */
  #grow({ frames, hashes }: Group): Set<number> {
    const dirty = new Set<number>()
    let hashAt = 0
    for (let at = 0; at < frames.length; hashAt += HASH_BYTES) {
      const length = frames.readUInt32BE(at)
      const number = frames.readUInt32BE(at + 4)
      const log = this.#state.tenantLog(number)
      if (log === undefined) throw new TypeError(`a leaf of the unknown log ${number}`)
      log.frontier.append(hashes, hashAt)
      dirty.add(number)
      at += FRAME_HEAD_BYTES + length
    }
    return dirty
  }

  /** Adds the head of each log that has grown to the node log; returns their leaf hashes. */
  #addHeads(dirty: ReadonlySet<number>): Uint8Array {
    const hashes = Buffer.alloc(dirty.size * HASH_BYTES)
    let at = 0
    for (const number of dirty) {
      const log = this.#state.tenantLog(number)
      if (log === undefined) continue
      const hashed = this.#tail.add(NODE_LOG, FRAME_KINDS.leaf, headText(log))
      const leafHash = hash('sha256', hashed, 'binary')
      hashes.write(leafHash, at, HASH_BYTES, 'binary')
      at += HASH_BYTES
      const { frontier } = this.#state.node
      log.head = frontier.size
      frontier.appendText(leafHash)
      this.#unsigned.add(number)
    }
    return hashes
  }

  #signHeads(which: Group['signHeads']): void {
    let left = { none: 0, some: HEADS_AT_ONCE, all: Number.POSITIVE_INFINITY }[which]
    for (const number of this.#unsigned) {
      const log = this.#state.tenantLog(number)
      if (left <= 0 || log === undefined) return
      left -= 1
      const note = this.#signer.sign(log.origin, headText(log))
      this.#tail.add(number, FRAME_KINDS.checkpoint, note)
      log.signed = log.frontier.size
      this.#unsigned.delete(number)
    }
  }
}

/** The origin of a new log below that of the node. It tells nothing of the tenant. */
export function newOrigin(node: string): string {
  return `${node}/l/${randomBytes(8).toString('hex')}`
}

/** Frames that are gathered to be written. */
class FrameBuffer {
  #bytes = Buffer.alloc(64 * 1024)
  #used = 0

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used)
  }

  clear(): void {
    this.#used = 0
  }

  /** Adds a frame; returns its kind and body, which for a leaf is what is hashed. */
  add(log: number, kind: FrameKind, text: string): Buffer {
    const start = this.#used + FRAME_HEAD_BYTES
    // UTF-8 takes at most three bytes for a code unit.
    const needed = this.#used + frameBytes(3 * text.length)
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(2 * needed)
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
    }
    this.#used = writeTextFrame(this.#bytes, this.#used, { log, kind, text })
    return this.#bytes.subarray(start, this.#used)
  }
}
