const NOTHING = Buffer.alloc(0)

/** Pieces of something unfinished. Memory stays below twice the limit, however small the pieces. */
export class HeldBytes {
  readonly #limitBytes: number
  #bytes: Buffer = NOTHING
  #size = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** @throws RangeError when there would be more than the limit. */
  add(piece: Buffer): void {
    const size = this.#size + piece.length
    if (size > this.#limitBytes) throw new RangeError(`more than ${this.#limitBytes} bytes`)
    if (this.#size === 0) {
      this.#bytes = piece
    } else {
      if (size > this.#bytes.length) this.#grow(size)
      piece.copy(this.#bytes, this.#size)
    }
    this.#size = size
  }

  /** All that is held, which is then held no longer. */
  take(): Buffer {
    const all = this.#bytes.subarray(0, this.#size)
    this.#bytes = NOTHING
    this.#size = 0
    return all
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafe(Math.max(size, Math.min(2 * size, this.#limitBytes)))
    this.#bytes.copy(grown, 0, 0, this.#size)
    this.#bytes = grown
  }
}
