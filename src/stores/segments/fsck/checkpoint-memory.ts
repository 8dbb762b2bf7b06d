/** Checkpoints whose text is kept, to know again in one with more signatures. */
const AT_HAND = 65_536

/** Cosigned checkpoints of one range whose own stand before it: some, at its beginning. */
const MAX_ASKED = 1_000

/** A cosigned checkpoint, and how many texts of its own range are before it. */
interface AskedCheckpoint {
  readonly text: string
  readonly behind: number
}

/** The first and the last note of a kind; does the first stand in a group without other frames? */
interface FirstAndLast {
  readonly first: string
  readonly alone: boolean
  readonly last: string
}

/** What a range asks of those before it, and what it leaves to those behind it. */
export interface CheckpointEnds {
  readonly asked: readonly AskedCheckpoint[]
  readonly texts: ReadonlySet<string>
  readonly ofNode?: FirstAndLast
  readonly cosigned?: FirstAndLast
}

/** Which checkpoints came before. */
export class CheckpointMemory {
  readonly #texts = new Set<string>()
  readonly #asked: AskedCheckpoint[] = []
  /** What is not known may stand in a range that another thread checks. */
  #asks = false
  #ofNode: FirstAndLast | undefined
  #cosigned: FirstAndLast | undefined

  add(text: string): void {
    this.#texts.add(text)
    if (this.#texts.size <= AT_HAND) return
    for (const oldest of this.#texts) {
      this.#texts.delete(oldest)
      return
    }
  }

  has(text: string): boolean {
    if (this.#texts.has(text)) return true
    const behind = this.#texts.size
    if (!this.#asks || behind === AT_HAND || this.#asked.length === MAX_ASKED) return false
    this.#asked.push({ text, behind })
    return true
  }

  /** Is it the last one of the node's, over nothing new? It may be signed again over more. */
  repeatsNode(note: string, alone: boolean): boolean {
    const repeats = alone && note === this.#ofNode?.last
    this.#ofNode = { first: note, alone, ...this.#ofNode, last: note }
    return repeats
  }

  repeatsCosigned(note: string): boolean {
    const repeats = note === this.#cosigned?.last
    this.#cosigned = { first: note, alone: true, ...this.#cosigned, last: note }
    return repeats
  }

  /** From here on: what came before will be known to whoever calls `join` with the `ends`. */
  ask(): void {
    this.#asks = true
  }

  ends(): CheckpointEnds {
    return {
      ...{ asked: this.#asked, texts: this.#texts },
      ...(this.#ofNode && { ofNode: this.#ofNode }),
      ...(this.#cosigned && { cosigned: this.#cosigned }),
    }
  }

  /** Goes on over a range that was checked elsewhere. False where it does not fit behind this. */
  join({ asked, texts, ofNode, cosigned }: CheckpointEnds): boolean {
    const before = asked.length > 0 ? [...this.#texts] : []
    const isAtHand = ({ text, behind }: AskedCheckpoint) =>
      before.lastIndexOf(text) >= Math.max(0, before.length + behind - AT_HAND)
    if (!asked.every(isAtHand)) return false
    if (ofNode && this.repeatsNode(ofNode.first, ofNode.alone)) return false
    if (ofNode) this.repeatsNode(ofNode.last, false)
    if (cosigned && this.repeatsCosigned(cosigned.first)) return false
    if (cosigned) this.repeatsCosigned(cosigned.last)
    for (const text of texts) this.add(text)
    return true
  }
}
