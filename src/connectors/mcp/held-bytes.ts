const NOTHING = Buffer.alloc(0)

/** Is told how many bytes are held now, before they are. */
export type Grown = (bytes: number) => void

/** Pieces of something unfinished. Memory stays below twice the limit, however small the pieces. */
export class HeldBytes {
  readonly #limitBytes: number
  readonly #grown: Grown | undefined
  #bytes: Buffer = NOTHING
  #size = 0

  constructor(limitBytes: number, grown?: Grown) {
    this.#limitBytes = limitBytes
    this.#grown = grown
  }

  /** @throws RangeError when there would be more than the limit; whatever `grown` throws. */
  add(piece: Buffer): void {
    const size = this.#size + piece.length
    if (size > this.#limitBytes) throw new RangeError(`more than ${this.#limitBytes} bytes`)
    this.#grown?.(size)
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
