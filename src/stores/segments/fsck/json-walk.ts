/** Members whose value decides what a receipt is: their values are part of its shape. */
const TELLING = ['kind', 'state', 'v'].map((name) => Buffer.from(name))

/** Bytes of the longest skeleton. A leaf has at most 16 KiB, and so has what remains of it. */
const MAX_SKELETON = 32 * 1024

/** Most members outside of lists whose place is noted. */
const MAX_MEMBERS = 512

/** Deepest nesting that is followed. */
const MAX_DEPTH = 16

/** Digits of integers and decimals that a double holds exactly, so that their text is canonical. */
const MAX_DIGITS = 15

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COLON = 0x3a
const COMMA = 0x2c
/** What may stand behind a backslash: `"`, `\\`, b, f, n, r, t. */
const SHORT_ESCAPES = [0x22, 0x5c, 0x62, 0x66, 0x6e, 0x72, 0x74]
const ZERO = 0x30
const NINE = 0x39
const POINT = 0x2e

/**
 * One walk over the bytes of a JSON object. It follows canonical JSON (RFC 8785) of plain ASCII
 * without escapes, with counts, short decimals and no `null`; anything else it declines, and the
 * caller reads it another way. What is left when the values are taken out is the *skeleton*: two
 * objects with the same one have the same members with values of the same types.
 */
export class JsonWalk {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #lists = 0
  #members = 0
  readonly #starts = new Int32Array(MAX_MEMBERS)
  readonly #ends = new Int32Array(MAX_MEMBERS)
  readonly #skeleton = Buffer.alloc(MAX_SKELETON)
  #length = 0

  /** Is all of it canonical, as far as the walk can tell? False says nothing. */
  over(bytes: Buffer): boolean {
    this.#bytes = bytes
    this.#at = 0
    this.#lists = 0
    this.#members = 0
    this.#length = 0
    // A skeleton takes at most two bytes for each of the text.
    if (2 * bytes.length > MAX_SKELETON || bytes[0] !== OPEN_OBJECT) return false
    return this.#object(0) && this.#at === bytes.length
  }

  /** A number for looking the skeleton up; others may have the same. */
  get digest(): number {
    let digest = 0x811c9dc5
    const skeleton = this.#skeleton
    for (let at = 0; at < this.#length; at += 1) {
      digest = Math.imul(digest ^ (skeleton[at] ?? 0), 0x01000193)
    }
    return digest
  }

  isShape(skeleton: Buffer): boolean {
    if (skeleton.length !== this.#length) return false
    return skeleton.compare(this.#skeleton, 0, this.#length) === 0
  }

  skeleton(): Buffer {
    return Buffer.from(this.#skeleton.subarray(0, this.#length))
  }

  /** The n-th member outside of lists, a text. */
  text(bytes: Buffer, member: number): string {
    return bytes.toString('latin1', (this.#starts[member] ?? 0) + 1, (this.#ends[member] ?? 0) - 1)
  }

  /** The n-th member outside of lists, a count. */
  count(bytes: Buffer, member: number): number {
    let count = 0
    const end = this.#ends[member] ?? 0
    for (let at = this.#starts[member] ?? 0; at < end; at += 1) {
      count = count * 10 + (bytes[at] ?? 0) - ZERO
    }
    return count
  }

  #value(depth: number, telling: boolean): boolean {
    const start = this.#at
    const first = this.#bytes[start] ?? 0
    if (first === OPEN_OBJECT) return depth < MAX_DEPTH && this.#object(depth + 1)
    if (first === OPEN_LIST) return depth < MAX_DEPTH && this.#list(depth + 1)
    if (first === QUOTE) {
      if (!this.#string(this.#lists > 0)) return false
      this.#emit(0x73)
    } else if (first >= ZERO && first <= NINE) {
      if (!this.#number()) return false
    } else if (first === 0x74 || first === 0x66) {
      if (!this.#truth(first === 0x74 ? 'true' : 'false')) return false
      this.#emit(0x62)
    } else return false
    if (telling) this.#copy(start, this.#at)
    return this.#lists > 0 || this.#note(start)
  }

  #object(depth: number): boolean {
    this.#emit(OPEN_OBJECT)
    this.#at += 1
    if (this.#bytes[this.#at] === CLOSE_OBJECT) return this.#close(CLOSE_OBJECT)
    let [before, beforeEnd] = [0, 0]
    for (;;) {
      const start = this.#at
      if (this.#bytes[start] !== QUOTE || !this.#string(false)) return false
      const end = this.#at
      // Without the quotes, in ascending order of code units: none stands twice.
      if (before > 0 && !this.#isAfter(before, beforeEnd, start + 1)) return false
      before = start + 1
      beforeEnd = end - 1
      this.#copy(start, end)
      if (this.#bytes[this.#at] !== COLON) return false
      this.#at += 1
      if (!this.#value(depth, this.#tells(before, beforeEnd))) return false
      const next = this.#bytes[this.#at]
      if (next === CLOSE_OBJECT) return this.#close(CLOSE_OBJECT)
      if (next !== COMMA) return false
      this.#at += 1
    }
  }

  /** Items of one shape count once: the skeleton says what is in a list, not how many. */
  #list(depth: number): boolean {
    this.#emit(OPEN_LIST)
    this.#at += 1
    if (this.#bytes[this.#at] === CLOSE_LIST) return this.#close(CLOSE_LIST)
    this.#lists += 1
    let [before, beforeEnd] = [0, 0]
    for (;;) {
      const start = this.#length
      if (!this.#value(depth, false)) return false
      const skeleton = this.#skeleton
      const width = this.#length - start
      const same =
        width === beforeEnd - before &&
        (width === 1
          ? skeleton[start] === skeleton[before]
          : skeleton.compare(skeleton, before, beforeEnd, start, this.#length) === 0)
      if (same) this.#length = start
      else [before, beforeEnd] = [start, this.#length]
      const next = this.#bytes[this.#at]
      if (next === CLOSE_LIST) {
        this.#lists -= 1
        return this.#close(CLOSE_LIST)
      }
      if (next !== COMMA) return false
      this.#at += 1
    }
  }

  #close(bracket: number): boolean {
    this.#emit(bracket)
    this.#at += 1
    return true
  }

  /** Escapes may stand only in values that nobody asks for: they are not resolved. */
  #string(escapes: boolean): boolean {
    const bytes = this.#bytes
    const end = bytes.length
    for (let at = this.#at + 1; at < end; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) {
        this.#at = at + 1
        return true
      }
      if (byte < 0x20 || byte >= 0x80) return false
      if (byte !== BACKSLASH) continue
      at += 1
      if (!escapes || !SHORT_ESCAPES.includes(bytes[at] ?? 0)) return false
    }
    return false
  }

  /** A count, or a decimal: its shortest spelling is the one without zeros that say nothing. */
  #number(): boolean {
    const start = this.#at
    const whole = this.#digits()
    if (whole > 1 && this.#bytes[start] === ZERO) return false
    if (this.#bytes[this.#at] !== POINT) {
      this.#emit(0x6e)
      return whole <= MAX_DIGITS
    }
    this.#at += 1
    const from = this.#at
    const digits = this.#digits()
    if (digits === 0 || this.#bytes[this.#at - 1] === ZERO || whole + digits > MAX_DIGITS)
      return false
    // Below 1e-6 the canonical form has an exponent.
    if (this.#bytes[start] === ZERO && digits > 6 && this.#bytes[from] === ZERO) return false
    this.#emit(0x64)
    return true
  }

  #digits(): number {
    const start = this.#at
    for (;;) {
      const byte = this.#bytes[this.#at] ?? 0
      if (byte < ZERO || byte > NINE) return this.#at - start
      this.#at += 1
    }
  }

  #truth(word: string): boolean {
    const start = this.#at
    this.#at += word.length
    return this.#bytes.toString('latin1', start, this.#at) === word
  }

  /** Does the name from `start` to the last byte read come after that from `before` on? */
  #isAfter(before: number, beforeEnd: number, start: number): boolean {
    const bytes = this.#bytes
    const end = this.#at - 1
    const length = Math.min(beforeEnd - before, end - start)
    for (let at = 0; at < length; at += 1) {
      const difference = (bytes[start + at] ?? 0) - (bytes[before + at] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return end - start > beforeEnd - before
  }

  #tells(start: number, end: number): boolean {
    if (end - start > 5) return false
    return TELLING.some((name) => this.#isName(name, start, end))
  }

  #isName(name: Buffer, start: number, end: number): boolean {
    if (name.length !== end - start) return false
    for (let at = 0; at < name.length; at += 1) {
      if (name[at] !== this.#bytes[start + at]) return false
    }
    return true
  }

  #note(start: number): boolean {
    if (this.#members === MAX_MEMBERS) return false
    this.#starts[this.#members] = start
    this.#ends[this.#members] = this.#at
    this.#members += 1
    return true
  }

  #copy(start: number, end: number): void {
    const bytes = this.#bytes
    for (let at = start; at < end; at += 1) this.#emit(bytes[at] ?? 0)
  }

  #emit(byte: number): void {
    this.#skeleton[this.#length] = byte
    this.#length += 1
  }
}
