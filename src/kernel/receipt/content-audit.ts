import { PortcullisError } from '../errors.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import type { Hash } from '../tlog/hash.ts'
import { type LedgerProblems, MAX_LEDGER_PROBLEMS } from './ledger-report.ts'
import { parseReceipt } from './parse-receipt.ts'
import type { Receipt } from './receipt.ts'
import { RunHeads } from './run-heads.ts'

/** A leaf as it is stored: its bytes, and what was derived from them. */
export interface StoredLeaf {
  readonly seq: number
  readonly id: string
  readonly run: string
  readonly hash: Hash
  readonly bytes: Uint8Array
}

/** Runs whose last receipt is kept at hand while verifying. */
const RUNS_AT_HAND = 10_000

/**
 * Reads the receipts themselves: is each in its place, of this log, linked to the one before it,
 * and stored under its own id and run? Needs memory for the actions without outcome.
 */
export class ContentAudit {
  readonly #problems: LedgerProblems
  readonly #origin: string
  readonly #runs: RunHeads
  readonly #open = new Set<string>()
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #unlinked: number[] = []
  #seq = 0

  /** `lastOfRun` gives the stored hash (base64) of the last leaf of a run before `seq`. */
  constructor(
    problems: LedgerProblems,
    origin: string,
    lastOfRun: (run: string, seq: number) => string | undefined,
  ) {
    this.#problems = problems
    this.#origin = origin
    this.#runs = new RunHeads(RUNS_AT_HAND, (run) => lastOfRun(run, this.#seq))
  }

  /** False when the receipt belongs in another place. */
  leaf(row: StoredLeaf): boolean {
    this.#seq = row.seq
    const receipt = this.#read(row)
    if (receipt === undefined) return true
    if (receipt.seq !== row.seq) {
      const message = `receipt ${receipt.seq} stands in place of receipt ${row.seq}`
      this.#problems.add('LEDGER_REORDERED', message, row.seq)
      return false
    }
    if (receipt.id !== row.id || receipt.run !== row.run) {
      this.#problems.add('LEDGER_INDEX_ALTERED', 'stored under another id or run', row.seq)
    }
    this.#follow(receipt)
    this.#link(receipt, encodeBase64(row.hash))
    return true
  }

  /** `stored` are the ids of the actions that are stored as without outcome. */
  end(stored: readonly string[]): void {
    // With another problem these are its consequences: a receipt that is missing or altered.
    if (!this.#problems.none) return
    for (const seq of this.#unlinked) {
      const message = '`prev` is not the hash of the previous receipt of the run'
      this.#problems.add('LEDGER_LINK_BROKEN', message, seq)
    }
    if (stored.length === this.#open.size && stored.every((id) => this.#open.has(id))) return
    this.#problems.add('LEDGER_INDEX_ALTERED', 'the actions without outcome are not those stored')
  }

  #read({ seq, bytes }: StoredLeaf): Receipt | undefined {
    try {
      const receipt = parseReceipt(this.#decoder.decode(bytes))
      if (receipt.log === this.#origin) return receipt
      this.#problems.add('LEDGER_RECEIPT_INVALID', `a receipt of the log \`${receipt.log}\``, seq)
    } catch (error) {
      // The decoder throws a TypeError for bytes that are not UTF-8.
      if (!(error instanceof PortcullisError || error instanceof TypeError)) throw error
      this.#problems.add('LEDGER_RECEIPT_INVALID', error.message, seq)
    }
    return undefined
  }

  #follow({ kind, id, effect }: Receipt): void {
    if (kind === 'decision' && effect?.state === 'dispatched') this.#open.add(id)
    if (kind === 'effect' && effect?.of !== undefined) this.#open.delete(effect.of)
  }

  #link({ run, prev, seq }: Receipt, hash: string): void {
    const linked = this.#runs.get(run) === prev
    if (!linked && this.#unlinked.length < MAX_LEDGER_PROBLEMS) this.#unlinked.push(seq)
    this.#runs.set(run, hash)
  }
}
