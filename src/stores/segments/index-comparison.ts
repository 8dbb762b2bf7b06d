import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { termsOf } from '../../kernel/receipt/receipt-filter.ts'
import { sameHash } from '../../kernel/tlog/hash.ts'
import type { GrownLeaf, Growth } from './grown-logs.ts'
import { bytesOf } from './index-database.ts'
import { NODE_LOG } from './ledger-state.ts'

/** A row of the index is missing, or says something else than the segments. */
export interface IndexDifference {
  readonly why: string
  /** Number of the log and the leaf there, where it is about one. */
  readonly log?: number
  readonly seq?: number
}

const TABLES = ['log', 'leaf', 'named', 'term', 'tile', 'head', 'checkpoint'] as const

type Counts = Record<(typeof TABLES)[number], number>

/**
 * Looks up all that groups come to, and counts it: where each row that should be there is, and
 * there are as many, no other is. What is in memory grows with the number of logs alone.
 */
export class IndexComparison {
  readonly #db: DatabaseSync
  readonly #find: Readonly<Record<'leaf' | 'named' | 'term' | 'tile' | 'head', StatementSync>>
  readonly #counts: Counts = {
    ...{ log: 0, leaf: 0, named: 0, term: 0, tile: 0, head: 0, checkpoint: 0 },
  }
  readonly #logs = new Map<number, { origin: string; tenant: string | null; lag: number }>()
  readonly #latest = new Map<number, number>()
  readonly #signed = new Map<number, { readonly size: number; readonly note: string }>()
  /** Words of leaves, each as often as its leaf has it. */
  #words = 0

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#find = {
      leaf: db.prepare('SELECT segment, at, latest, hash FROM leaf WHERE log = ? AND seq = ?'),
      named: db.prepare('SELECT 1 FROM named WHERE log = ? AND id = ? AND seq = ?'),
      term: db.prepare(
        'SELECT 1 FROM value JOIN term USING (value) ' +
          'WHERE field = ? AND word = ? AND log = ? AND seq = ?',
      ),
      tile: db.prepare('SELECT root, hashes FROM tile WHERE log = ? AND level = ? AND place = ?'),
      head: db.prepare('SELECT seq FROM head WHERE log = ? AND size = ?'),
    }
  }

  get leaves(): number {
    return this.#counts.leaf
  }

  /** The first difference in what a group adds. */
  compare({ declared, leaves, tiles, heads, signed }: Growth): IndexDifference | undefined {
    for (const { log, origin, tenant = null } of declared) {
      this.#logs.set(log, { origin, tenant, lag: 0 })
    }
    for (const leaf of leaves) {
      const why = this.#leaf(leaf)
      if (why !== undefined) return { why, log: leaf.log, seq: leaf.seq }
    }
    for (const { log, level, index, root, hashes } of tiles) {
      this.#counts.tile += 1
      const row = this.#find.tile.get(log, level, index)
      const same = row && sameHash(bytesOf(row.root), root) && isSame(bytesOf(row.hashes), hashes)
      if (!same) return { why: `tile ${index} of level ${level} has other hashes`, log }
    }
    for (const { log, size, seq } of heads) {
      this.#counts.head += 1
      const there = this.#find.head.get(log, size)?.seq === seq
      if (!there) return { why: `the head at size ${size} is not at ${seq}`, log }
    }
    for (const { log, ...head } of signed) this.#signed.set(log, head)
    return undefined
  }

  /** The first difference in what is there once, and whether there is more than there should be. */
  end(): IndexDifference | undefined {
    for (const [log, { origin, tenant, lag }] of this.#logs) {
      const row = this.#db.prepare('SELECT origin, tenant, lag FROM log WHERE log = ?').get(log)
      const same = row?.origin === origin && row.tenant === tenant && row.lag === lag
      if (!same) return { why: 'the log is another', log }
    }
    for (const [log, { size, note }] of this.#signed) {
      const row = this.#db.prepare('SELECT size, note FROM checkpoint WHERE log = ?').get(log)
      const same = row?.size === size && row.note === note
      if (!same) return { why: 'its last checkpoint is another', log }
    }
    const counts = { ...this.#counts, log: this.#logs.size, checkpoint: this.#signed.size }
    for (const table of TABLES) {
      const { rows } = this.#db.prepare(`SELECT count(*) AS rows FROM ${table}`).get() ?? {}
      if (rows !== counts[table]) {
        return { why: `${rows} rows in \`${table}\`, and ${counts[table]} there should be` }
      }
    }
    const { words } = this.#db.prepare('SELECT sum(leaves) AS words FROM value').get() ?? {}
    const counted = (words ?? 0) === this.#words
    return counted ? undefined : { why: 'words are counted in other numbers of leaves' }
  }

  #leaf({ log, seq, at, hash, text }: GrownLeaf): string | undefined {
    this.#counts.leaf += 1
    const receipt: Receipt | undefined =
      log === NODE_LOG || text === undefined ? undefined : JSON.parse(text)
    const latest = Math.max(this.#latest.get(log) ?? 0, receipt?.ts ?? 0)
    this.#latest.set(log, latest)
    const row = this.#find.leaf.get(log, seq)
    if (row === undefined) return 'a leaf is missing'
    if (row.segment !== at.segment || row.at !== at.offset) return 'a leaf is at another place'
    if (!sameHash(bytesOf(row.hash), hash)) return 'a leaf has another hash'
    if (row.latest !== latest) return 'a leaf has another time'
    return receipt && this.#receipt(receipt, { log, seq, latest })
  }

  #receipt(
    receipt: Receipt,
    { log, seq, latest }: { log: number; seq: number; latest: number },
  ): string | undefined {
    const named = this.#logs.get(log)
    if (named !== undefined) named.lag = Math.max(named.lag, latest - receipt.ts)
    this.#counts.named += 1
    if (this.#find.named.get(log, receipt.id, seq) === undefined) return 'its id is missing'
    const terms = new Map(termsOf(receipt).map((term) => [term.join(' '), term]))
    this.#words += termsOf(receipt).length
    this.#counts.term += terms.size
    for (const [field, word] of terms.values()) {
      if (this.#find.term.get(field, word, log, seq) === undefined) {
        return `its ${field} is not a word that it is found by`
      }
    }
    return undefined
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
