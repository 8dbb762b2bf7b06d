import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { termsOf } from '../../kernel/receipt/receipt-filter.ts'
import type { GrownLeaf, Growth } from './grown-logs.ts'
import { indexInvalid, numberOf } from './index-database.ts'
import { NODE_LOG } from './ledger-state.ts'
import type { FrameGroup } from './read-groups.ts'

/** Words whose numbers are kept at hand. */
const WORDS_AT_HAND = 50_000

/** Writes what groups add into the tables of the index, within a transaction of its caller. */
export class IndexRows {
  readonly #insert: Record<
    'log' | 'leaf' | 'named' | 'value' | 'term' | 'tile' | 'head' | 'checkpoint' | 'progress',
    StatementSync
  >
  readonly #findValue: StatementSync
  readonly #count: StatementSync
  readonly #lag: StatementSync
  readonly #latestOf: StatementSync
  /** Numbers of words by field and word; in how many more leaves each is now. */
  readonly #values = new Map<string, number>()
  readonly #more = new Map<number, number>()
  readonly #latest = new Map<number, number>()

  constructor(db: DatabaseSync) {
    const into = (table: string, count: number) =>
      db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${Array(count).fill('?').join(', ')})`)
    this.#insert = {
      log: into('log', 4),
      leaf: into('leaf', 6),
      named: into('named', 3),
      value: db.prepare('INSERT INTO value (field, word, leaves) VALUES (?, ?, 0)'),
      term: into('term', 3),
      tile: into('tile', 5),
      head: into('head', 3),
      checkpoint: into('checkpoint', 3),
      progress: into('progress', 6),
    }
    this.#findValue = db.prepare('SELECT value FROM value WHERE field = ? AND word = ?')
    this.#count = db.prepare('UPDATE value SET leaves = leaves + ? WHERE value = ?')
    this.#lag = db.prepare('UPDATE log SET lag = max(lag, ?) WHERE log = ?')
    this.#latestOf = db.prepare('SELECT latest FROM leaf WHERE log = ? ORDER BY seq DESC LIMIT 1')
  }

  add({ declared, leaves, tiles, heads, signed }: Growth): void {
    for (const { log, origin, tenant = null } of declared) {
      this.#insert.log.run(log, origin, tenant, 0)
    }
    for (const leaf of leaves) this.#leaf(leaf)
    for (const { log, level, index, root, hashes } of tiles) {
      this.#insert.tile.run(log, level, index, root, hashes)
    }
    for (const { log, size, seq } of heads) this.#insert.head.run(log, size, seq)
    for (const { log, size, note } of signed) this.#insert.checkpoint.run(log, size, note)
  }

  /** The segments are read up to the end of this group. */
  reached({ end, note, noteAt }: FrameGroup): void {
    for (const [value, leaves] of this.#more) this.#count.run(leaves, value)
    this.#more.clear()
    const place = [end.segment, end.offset, noteAt.segment, noteAt.offset]
    this.#insert.progress.run(1, ...place, note)
  }

  #leaf({ log, seq, at, hash, text }: GrownLeaf): void {
    const receipt = log === NODE_LOG || text === undefined ? undefined : parsed(text)
    const latest = Math.max(this.#latestUpTo(log), receipt?.ts ?? 0)
    this.#latest.set(log, latest)
    this.#insert.leaf.run(log, seq, at.segment, at.offset, latest, hash)
    if (receipt === undefined) return
    if (latest > receipt.ts) this.#lag.run(latest - receipt.ts, log)
    this.#insert.named.run(log, receipt.id, seq)
    for (const [field, word] of termsOf(receipt)) {
      const value = this.#valueOf(field, word)
      this.#insert.term.run(value, log, seq)
      this.#more.set(value, (this.#more.get(value) ?? 0) + 1)
    }
  }

  #latestUpTo(log: number): number {
    const known = this.#latest.get(log)
    if (known !== undefined) return known
    const row = this.#latestOf.get(log)
    return row === undefined ? 0 : numberOf(row.latest)
  }

  #valueOf(field: string, word: string): number {
    const key = `${field} ${word}`
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const row = this.#findValue.get(field, word)
    const value = numberOf(
      row?.value ?? Number(this.#insert.value.run(field, word).lastInsertRowid),
    )
    if (this.#values.size >= WORDS_AT_HAND) this.#values.clear()
    this.#values.set(key, value)
    return value
  }
}

/** The receipt of a leaf. Only its words are wanted: reading it checks whether it is canonical. */
function parsed(text: string): Receipt {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw indexInvalid('a leaf is no receipt', cause)
  }
}
