import { hash } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { encodeBase64 } from '../../kernel/tlog/base64.ts'
import { EMPTY_ROOT, HASH_BYTES, type Hash } from '../../kernel/tlog/hash.ts'

/** Heights that a tree of exact integer size can have. */
const HEIGHTS = 53

/** Where a node is hashed: its prefix, and both children behind it (RFC 9162 section 2.1.1). */
const NODE_BYTES = 1 + 2 * HASH_BYTES
const LEFT = 1
const RIGHT = 1 + HASH_BYTES

/**
 * The right edge of a tree that grows: all that the next roots depend on. It is one stretch of
 * bytes, and digests pass through it as text, because to allocate a digest costs more than to
 * compute it.
 */
export class Frontier {
  #size = 0
  /** A node to be hashed, then for each height the complete subtree that waits for its sibling. */
  readonly #bytes = Buffer.alloc(NODE_BYTES + HEIGHTS * HASH_BYTES)
  readonly #node = this.#bytes.subarray(0, NODE_BYTES)

  constructor() {
    this.#bytes[0] = 0x01
  }

  /** The edge again, from the roots of its complete subtrees, widest first. */
  static resume(size: number, subtrees: readonly Hash[]): Frontier {
    const frontier = new Frontier()
    const heights = heightsOf(size)
    if (!Number.isSafeInteger(size) || size < 0 || heights.length !== subtrees.length) {
      throw new PortcullisError('LEDGER_CORRUPT', `no tree of ${size} leaves has such an edge`)
    }
    frontier.#size = size
    for (const [index, height] of heights.entries()) {
      frontier.#bytes.set(subtrees[index] ?? EMPTY_ROOT, slot(height))
    }
    return frontier
  }

  get size(): number {
    return this.#size
  }

  /** Adds a leaf by its hash, 32 bytes of `bytes` from `at` on. */
  append(bytes: Buffer, at = 0): void {
    bytes.copy(this.#bytes, RIGHT, at, at + HASH_BYTES)
    this.#climb()
  }

  /** Adds a leaf by its hash as text, a character for each byte. */
  appendText(leafHash: string): void {
    this.#bytes.write(leafHash, RIGHT, HASH_BYTES, 'binary')
    this.#climb()
  }

  root(): Hash {
    if (this.#size === 0) return EMPTY_ROOT
    this.#fold()
    return Uint8Array.from(this.#bytes.subarray(RIGHT, RIGHT + HASH_BYTES))
  }

  /** The root in base64. */
  rootText(): string {
    if (this.#size === 0) return encodeBase64(EMPTY_ROOT)
    this.#fold()
    return this.#bytes.toString('base64', RIGHT, RIGHT + HASH_BYTES)
  }

  /** Heights of the complete subtrees, widest first. */
  heights(): number[] {
    return heightsOf(this.#size)
  }

  /** Roots of the complete subtrees, widest first. */
  subtrees(): Hash[] {
    return heightsOf(this.#size).map((height) =>
      Uint8Array.from(this.#bytes.subarray(slot(height), slot(height) + HASH_BYTES)),
    )
  }

  /** Joins the complete subtrees, the narrowest first; their root is then in the right place. */
  #fold(): void {
    let height = 0
    let rest = this.#size
    for (; rest % 2 === 0; rest /= 2) height += 1
    this.#bytes.copyWithin(RIGHT, slot(height), slot(height) + HASH_BYTES)
    while (rest > 1) {
      rest = Math.floor(rest / 2)
      height += 1
      if (rest % 2 === 1) this.#join(slot(height))
    }
  }

  /** The new leaf stands in the right place; wherever a left sibling waits, both become one. */
  #climb(): void {
    let height = 0
    let index = this.#size
    for (; index % 2 === 1; index = (index - 1) / 2) {
      this.#join(slot(height))
      height += 1
    }
    this.#bytes.copyWithin(slot(height), RIGHT, RIGHT + HASH_BYTES)
    this.#size += 1
  }

  /** Hashes the subtree at `left` with what stands in the right place, into that place. */
  #join(left: number): void {
    this.#bytes.copyWithin(LEFT, left, left + HASH_BYTES)
    this.#bytes.write(hash('sha256', this.#node, 'binary'), RIGHT, HASH_BYTES, 'binary')
  }
}

function slot(height: number): number {
  return NODE_BYTES + height * HASH_BYTES
}

/** Heights of the complete subtrees of a tree, widest first: the bits of its size. */
function heightsOf(size: number): number[] {
  const heights: number[] = []
  for (let rest = size, height = 0; rest > 0; rest = Math.floor(rest / 2), height += 1) {
    if (rest % 2 === 1) heights.unshift(height)
  }
  return heights
}
