import { PortcullisError } from '../errors.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import { type Checkpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { EMPTY_ROOT, leafHash, sameHash } from '../tlog/hash.ts'
import type { VerifierKey } from '../tlog/note.ts'
import { ContentAudit, type StoredLeaf } from './content-audit.ts'
import { LedgerProblems, type LedgerReport } from './ledger-report.ts'
import { type TileReader, TreeAudit } from './tree-audit.ts'

export interface AuditOptions {
  readonly key: VerifierKey
  /** A checkpoint seen earlier, which the ledger has to extend. */
  readonly remembered?: Checkpoint | undefined
  readonly storedTile: TileReader
  /** Stored hash (base64) of the last leaf of `run` before `seq`. */
  lastOfRun(run: string, seq: number): string | undefined
}

/** A checkpoint as it is stored. */
export interface StoredCheckpoint {
  readonly size: number
  readonly note: string
}

/**
 * Judges a whole ledger, leaf by leaf, without holding it. Give it every leaf in the order of
 * `seq`, every checkpoint after the leaves that it covers, then `end` it.
 */
export class LedgerAudit {
  readonly problems = new LedgerProblems()
  readonly #options: AuditOptions
  readonly #tree: TreeAudit
  readonly #content: ContentAudit
  #next = 0
  #checkpoints = 0
  /** Size of the last checkpoint stored, signed or not. */
  #covered = -1
  #head: { readonly note: string; readonly checkpoint: Checkpoint } | undefined

  constructor(options: AuditOptions) {
    this.#options = options
    this.#tree = new TreeAudit(this.problems, options.storedTile, options.remembered)
    this.#content = new ContentAudit(this.problems, options.key.name, options.lastOfRun)
  }

  leaf(row: StoredLeaf): void {
    if (row.seq !== this.#next) {
      const which = span(this.#next, row.seq - 1)
      this.problems.add('LEDGER_RECEIPT_MISSING', `${which} missing`, this.#next)
      this.#tree.lose()
    }
    const hash = leafHash(row.bytes)
    this.#tree.append(row.seq, hash, row.hash)
    // Bytes that their own stored hash disowns are reported as altered: what they say is moot.
    if (sameHash(hash, row.hash) && !this.#content.leaf(row)) this.#tree.lose()
    this.#next = row.seq + 1
  }

  checkpoint(row: StoredCheckpoint): void {
    this.#checkpoints += 1
    this.#covered = row.size
    const checkpoint = this.#opened(row)
    if (checkpoint === undefined) return
    this.#head = { note: row.note, checkpoint }
    this.#tree.settle(checkpoint)
  }

  /** `stored` are the ids of the actions without outcome and the number of tiles, as stored. */
  end(stored: { readonly openActions: readonly string[]; readonly tiles: number }): LedgerReport {
    this.#judgeTail()
    this.#tree.end(stored.tiles)
    this.#content.end(stored.openActions)
    return this.report()
  }

  /** What is known so far. */
  report(): LedgerReport {
    const { size, root } = this.#head?.checkpoint ?? { size: 0, root: EMPTY_ROOT }
    return {
      ok: this.problems.none,
      size,
      root: encodeBase64(root),
      ...(this.#head && { head: this.#head.note }),
      checkpoints: this.#checkpoints,
      problems: this.problems.list,
      unlisted: this.problems.unlisted,
    }
  }

  #opened({ size, note }: StoredCheckpoint): Checkpoint | undefined {
    try {
      const checkpoint = openCheckpoint(note, this.#options.key)
      if (checkpoint.size === size) return checkpoint
      this.problems.add('LEDGER_CHECKPOINT_INVALID', `at size ${size}: it is of another size`)
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
      this.problems.add('LEDGER_CHECKPOINT_INVALID', `at size ${size}: ${error.message}`)
    }
    return undefined
  }

  #judgeTail(): void {
    const signed = this.#head?.checkpoint.size ?? 0
    const promised = Math.max(signed, this.#options.remembered?.size ?? 0)
    if (promised > this.#next) {
      const which = span(this.#next, promised - 1)
      this.problems.add('LEDGER_TRUNCATED', `${which} gone from the end`, this.#next)
      this.#tree.lose()
    }
    if (this.#covered < this.#next) {
      const which = span(Math.max(this.#covered, 0), this.#next - 1)
      this.problems.add('LEDGER_CHECKPOINT_MISSING', `${which} under no checkpoint`)
    }
  }
}

function span(first: number, last: number): string {
  return first >= last ? `receipt ${first} is` : `receipts ${first} to ${last} are`
}
