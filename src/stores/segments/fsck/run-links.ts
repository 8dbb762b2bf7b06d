import { decodeBase64 } from '../../../kernel/tlog/base64.ts'
import type { LeafFacts } from './leaf-scan.ts'

/** Leaf hashes are texts here, a byte a character (`latin1`): cheaper to make than buffers. */

/** Runs whose last receipt is kept at hand, and leaves that were taken out, each. */
const AT_HAND = 200_000

/** Broken links that are remembered. */
const MAX_BROKEN = 100

/** The first receipt of a run in a range of segments: what it names stands in a range before. */
export interface FirstOfRun {
  readonly run: string
  readonly prev: string | undefined
}

/** What a range asks of those before it, and what it leaves to those behind it. */
export interface LinkEnds {
  readonly first: readonly FirstOfRun[]
  /** By run, the hash of its last receipt. */
  readonly heads: ReadonlyMap<string, string>
  readonly pruned: ReadonlySet<string>
  readonly unfollowed: number
  /** Something was let go of. */
  readonly partial: boolean
}

/**
 * Does each receipt name the previous one of its run? Keeps the runs last begun: a link to one that
 * was let go of, or to a leaf that is gone, can't be followed and is counted.
 */
export class RunLinks {
  readonly #heads = new Map<string, string>()
  readonly #pruned = new Set<string>()
  /** Receipts whose `prev` is not the hash of the one before. */
  readonly broken: number[] = []
  readonly #first: FirstOfRun[] = []
  /** Runs that are not known yet may have begun in a range that another thread checks. */
  #asks = false
  #partial = false
  #unfollowed = 0

  get unfollowed(): number {
    return this.#unfollowed
  }

  /** From here on: what came before is not known. */
  forget(): void {
    this.#partial = true
    this.#heads.clear()
    this.#pruned.clear()
  }

  /** From here on: what came before will be known to whoever calls `join` with the `ends`. */
  ask(): void {
    this.#asks = true
  }

  ends(): LinkEnds {
    return {
      ...{ first: this.#first, heads: this.#heads, pruned: this.#pruned },
      ...{ unfollowed: this.#unfollowed, partial: this.#partial },
    }
  }

  /** Goes on over a range that was followed elsewhere. False where a link to it is broken. */
  join({ first, heads, pruned, unfollowed, partial }: LinkEnds): boolean {
    if (!first.every(({ prev, run }) => this.#leads(prev, run))) return false
    for (const [run, hash] of heads) this.#last(run, hash)
    for (const hash of pruned) this.pruned(hash)
    this.#unfollowed += unfollowed
    this.#partial ||= partial
    return true
  }

  follow({ seq, run, prev }: LeafFacts, hash: string): void {
    // Once runs were let go of, nobody can tell which are new here: those links are not followed.
    if (this.#asks && !this.#partial && !this.#heads.has(run)) {
      this.#first.push({ run: copied(run), prev: prev && copied(prev) })
    } else if (!this.#leads(prev, run) && this.broken.length < MAX_BROKEN) this.broken.push(seq)
    this.#last(run, hash)
  }

  /** A leaf of which only the hash is left. */
  pruned(hash: string): void {
    this.#pruned.add(hash)
    if (this.#pruned.size > AT_HAND) this.#partial = dropOldest(this.#pruned)
  }

  #last(run: string, hash: string): void {
    this.#heads.set(this.#heads.has(run) ? run : copied(run), hash)
    if (this.#heads.size > AT_HAND) this.#partial = dropOldest(this.#heads)
  }

  #leads(prev: string | undefined, run: string): boolean {
    const last = this.#heads.get(run)
    if (prev === undefined) return last === undefined
    if (last !== undefined && isBase64Of(prev, last)) return true
    if (this.#pruned.size > 0) {
      const bytes = decodeBase64(prev)
      if (bytes && this.#pruned.has(Buffer.from(bytes).toString('latin1'))) return true
    }
    if (last !== undefined || !this.#partial) return false
    this.#unfollowed += 1
    return true
  }
}

/** Lets go of the half that is oldest; a map keeps the order of insertion. */
function dropOldest(kept: Map<string, unknown> | Set<string>): true {
  let left = kept.size / 2
  for (const key of kept.keys()) {
    kept.delete(key)
    left -= 1
    if (left <= 0) break
  }
  return true
}

/** A part of a text holds on to all of it, here of a whole leaf. */
function copied(part: string): string {
  return Buffer.from(part).toString()
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Is `text` the base64 of these 32 bytes? Without making it: this runs for each receipt. */
function isBase64Of(text: string, hash: string): boolean {
  if (text.length !== 44 || text.charCodeAt(43) !== 0x3d) return false
  for (let at = 0, byte = 0; at < 43; at += 4, byte += 3) {
    const [a, b, c] = [hash.charCodeAt(byte), hash.charCodeAt(byte + 1), code(hash, byte + 2)]
    const bits = (a << 16) | (b << 8) | c
    if (text.charCodeAt(at) !== DIGITS.charCodeAt(bits >>> 18)) return false
    if (text.charCodeAt(at + 1) !== DIGITS.charCodeAt((bits >>> 12) & 63)) return false
    if (text.charCodeAt(at + 2) !== DIGITS.charCodeAt((bits >>> 6) & 63)) return false
    if (at < 40 && text.charCodeAt(at + 3) !== DIGITS.charCodeAt(bits & 63)) return false
  }
  return true
}

/** Beyond the last byte, base64 counts zeros. */
function code(hash: string, at: number): number {
  return at < hash.length ? hash.charCodeAt(at) : 0
}
