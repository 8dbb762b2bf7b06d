import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  isPattern,
  matcher,
  type ReceiptFilter,
  wantedTerms,
} from '../../kernel/receipt/receipt-filter.ts'
import { numberOf, textOf } from './index-database.ts'

/** Most words of a pattern that the index is asked for; of more the leaves are read themselves. */
const MAX_WORDS = 500

/** Leaves of a log, both ends included. */
export interface LeafRange {
  readonly log: number
  readonly first: number
  readonly last: number
}

/** The words that are wanted of one field, and in how many leaves they are. */
interface Wanted {
  readonly values: readonly number[]
  readonly leaves: number
}

/** Finds leaves of the index by what their receipts say and when they were written. */
export class LeafFinder {
  readonly #db: DatabaseSync
  readonly #value: StatementSync
  readonly #values: StatementSync
  readonly #latest: StatementSync
  readonly #lag: StatementSync
  readonly #lastTerm: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#value = db.prepare('SELECT value, leaves FROM value WHERE field = ? AND word = ?')
    this.#values = db.prepare('SELECT value, leaves, word FROM value WHERE field = ?')
    this.#latest = db.prepare('SELECT latest FROM leaf WHERE log = ? AND seq = ?')
    this.#lag = db.prepare('SELECT lag FROM log WHERE log = ?')
    this.#lastTerm = db.prepare(
      'SELECT seq FROM term WHERE value = ? AND log = ? ORDER BY seq DESC LIMIT 1',
    )
  }

  /** Places of leaves that may match, in order. What is left out does not match for certain. */
  *find(range: LeafRange, filter: ReceiptFilter, newestFirst: boolean): Iterable<number> {
    const wanted = this.#wanted(filter)
    const { log, first, last } = this.#within(range, filter)
    if (wanted === undefined || first > last) return
    // The rarest words lead: each leaf that has them is looked up among the others.
    const [rarest, ...others] = wanted.toSorted((a, b) => a.leaves - b.leaves)
    const values = rarest?.values ?? []
    const rows = this.#db.prepare(
      (rarest === undefined
        ? 'SELECT seq FROM leaf WHERE '
        : `SELECT ${values.length > 1 ? 'DISTINCT' : ''} seq FROM term AS leaf
           WHERE ${oneOf('leaf.value', values)} AND `) +
        'log = ? AND seq BETWEEN ? AND ?' +
        others.map((other) => ` AND ${hasOneOf(other.values)}`).join('') +
        ` ORDER BY seq ${newestFirst ? 'DESC' : 'ASC'}`,
    )
    for (const { seq } of rows.iterate(log, first, last)) yield numberOf(seq)
  }

  /** The last leaf of a log with this run. */
  lastOfRun(log: number, run: string): number | undefined {
    const row = this.#value.get('run', run)
    const term = row && this.#lastTerm.get(numberOf(row.value), log)
    return term && numberOf(term.seq)
  }

  /** Nothing where some field is wanted with a word that no receipt has. */
  #wanted(filter: ReceiptFilter): readonly Wanted[] | undefined {
    const all: Wanted[] = []
    for (const [field, word] of wantedTerms(filter)) {
      const wanted = isPattern(word) ? this.#like(field, word) : this.#exactly(field, word)
      if (wanted.values.length === 0) return undefined
      if (wanted.values.length <= MAX_WORDS) all.push(wanted)
    }
    return all
  }

  #exactly(field: string, word: string): Wanted {
    const row = this.#value.get(field, word)
    if (row === undefined) return { values: [], leaves: 0 }
    return { values: [numberOf(row.value)], leaves: numberOf(row.leaves) }
  }

  #like(field: string, pattern: string): Wanted {
    const isWanted = matcher(pattern)
    const values: number[] = []
    let leaves = 0
    for (const row of this.#values.iterate(field)) {
      if (!isWanted(textOf(row.word))) continue
      values.push(numberOf(row.value))
      leaves += numberOf(row.leaves)
    }
    return { values, leaves }
  }

  /** The part of a range that can be of the wanted time. */
  #within({ log, first, last }: LeafRange, { since, until }: ReceiptFilter): LeafRange {
    const latest = (seq: number) => numberOf(this.#latest.get(log, seq)?.latest)
    const begin = since === undefined ? first : lowest(first, last, (seq) => latest(seq) >= since)
    if (until === undefined) return { log, first: begin, last }
    // A leaf may be older than the latest before it by as much as the clock ever went back.
    const lag = numberOf(this.#lag.get(log)?.lag)
    const end = lowest(first, last, (seq) => latest(seq) > until + lag)
    return { log, first: begin, last: end - 1 }
  }
}

/** The first number of a range for which something holds that then holds for all; or one more. */
function lowest(first: number, last: number, holds: (at: number) => boolean): number {
  let [low, high] = [first, last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function oneOf(column: string, values: readonly number[]): string {
  return values.length === 1 ? `${column} = ${values[0]}` : `${column} IN (${values.join(', ')})`
}

function hasOneOf(values: readonly number[]): string {
  return (
    `EXISTS (SELECT 1 FROM term WHERE ${oneOf('term.value', values)} ` +
    'AND term.log = leaf.log AND term.seq = leaf.seq)'
  )
}
