import { PortcullisError } from '../../../kernel/errors.ts'
import type { LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import type { Position } from '../segment-files.ts'
import { CheckpointMemory } from './checkpoint-memory.ts'
import type { LedgerJudge } from './judge-by-keys.ts'
import { readHead } from './node-audit.ts'

/** A note in a frame, and the log that the frame is about. */
export interface FoundNote {
  readonly at: Position
  readonly origin: string
  readonly note: string
  /** Heads in the log of the node up to here. */
  readonly nodeSize: number
}

/** The text of a note, without its signatures. */
export function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf('\n\n') + 1)
}

/** Judges the signatures on checkpoints. */
export class CheckpointCheck {
  readonly #problems: LedgerProblems
  readonly #judge: LedgerJudge
  readonly memory = new CheckpointMemory()
  /** Checkpoints so far, and signatures on them of keys that are not known. */
  count = 0
  unverified = 0

  constructor(problems: LedgerProblems, judge: LedgerJudge) {
    this.#problems = problems
    this.#judge = judge
  }

  /** Did keys that are accepted here make all signatures on it? Says why not. */
  isSigned(found: FoundNote): boolean {
    this.count += 1
    const holds = this.#open(found, false)
    this.memory.add(textOf(found.note))
    return holds
  }

  /** A checkpoint that was there before, with signatures of others besides. */
  cosigned({ at, origin, note }: FoundNote): void {
    const text = textOf(note)
    this.#open({ at, origin, note, nodeSize: readHead(text)?.size ?? 0 }, true)
    if (!this.memory.has(text)) this.#fault('no checkpoint before it is of that head', at)
    if (this.memory.repeatsCosigned(note)) {
      this.#problems.add('LEDGER_REORDERED', 'a cosigned checkpoint stands twice', { at })
    }
  }

  #open({ at, origin, note, nodeSize }: FoundNote, others: boolean): boolean {
    try {
      const { checkpoint, verified } = this.#judge.head(note, nodeSize)
      const left = note.slice(textOf(note).length + 1, -1).split('\n').length - verified
      if (others) this.unverified += left
      if (checkpoint.origin === origin && (others || left === 0)) return true
      const why = left > 0 ? 'a signature is of no known key' : `it is of \`${checkpoint.origin}\``
      this.#fault(why, at)
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
      this.#fault(error.message, at)
    }
    return false
  }

  #fault(message: string, at: Position): void {
    this.#problems.add('LEDGER_CHECKPOINT_INVALID', message, { at })
  }
}
