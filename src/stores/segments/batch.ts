import { hash } from 'node:crypto'
import { MAX_LEAF_BYTES } from '../../kernel/receipt/leaf.ts'
import { HASH_BYTES } from '../../kernel/tlog/hash.ts'
import { FRAME_HEAD_BYTES, FRAME_KINDS, frameBytes, writeTextFrame } from './frame.ts'

/**
 * Bytes of leaf frames that a batch takes, unless it is told fewer. Of many tenants in one group
 * each has but one head: with half as many bytes a thousand of them cost a fifth more.
 */
export const BATCH_BYTES = 2 * 1024 * 1024

/** Most leaves of a batch. */
const BATCH_LEAVES = 4_096

/**
 * Leaf frames and hashes on their way to the writer, in memory that both threads see: nothing is
 * copied to be handed over. Each leaf is hashed from the very bytes that are written.
 */
export class Batch {
  readonly memory: SharedArrayBuffer
  readonly #bytes: Buffer
  readonly #hashes: Buffer
  readonly #logs = new Set<number>()
  readonly capacity: number
  #used = 0
  #leaves = 0

  constructor(capacity = BATCH_BYTES) {
    this.capacity = capacity
    this.memory = new SharedArrayBuffer(capacity + BATCH_LEAVES * HASH_BYTES)
    this.#bytes = Buffer.from(this.memory, 0, capacity)
    this.#hashes = Buffer.from(this.memory, capacity)
  }

  get frames(): Buffer {
    return this.#bytes.subarray(0, this.#used)
  }

  get hashes(): Buffer {
    return this.#hashes.subarray(0, this.#leaves * HASH_BYTES)
  }

  get leaves(): number {
    return this.#leaves
  }

  /** How many logs the leaves are of. */
  get logs(): number {
    return this.#logs.size
  }

  /** Takes it another leaf of any length? */
  get isFull(): boolean {
    const left = this.capacity - this.#used
    return this.#leaves === BATCH_LEAVES || left < frameBytes(MAX_LEAF_BYTES)
  }

  /** Adds a leaf and returns its hash in base64. */
  add(log: number, leaf: string): string {
    const hashed = this.#used + FRAME_HEAD_BYTES
    const frame = { log, kind: FRAME_KINDS.leaf, text: leaf }
    this.#used = writeTextFrame(this.#bytes, this.#used, frame)
    const leafHash = hash('sha256', this.#bytes.subarray(hashed, this.#used), 'base64')
    this.#hashes.write(leafHash, this.#leaves * HASH_BYTES, HASH_BYTES, 'base64')
    this.#leaves += 1
    this.#logs.add(log)
    return leafHash
  }

  clear(): void {
    this.#used = 0
    this.#leaves = 0
    this.#logs.clear()
  }
}
