import { hash as digest } from 'node:crypto'
import { PortcullisError } from '../../../kernel/errors.ts'
import type { LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import { EMPTY_ROOT, type Hash } from '../../../kernel/tlog/hash.ts'
import { Frontier } from '../frontier.ts'
import type { LogName } from '../ledger-state.ts'
import type { LeafFacts, LeafScan } from './leaf-scan.ts'
import { nameDamage } from './name-damage.ts'
import { RunLinks } from './run-links.ts'

/** A tree head, with the root in base64 as checkpoints have it. */
export interface HeadText {
  readonly size: number
  readonly root: string
}

export const EMPTY_HEAD: HeadText = { size: 0, root: base64Of(EMPTY_ROOT) }

export function headOf(tree: Frontier): HeadText {
  return { size: tree.size, root: base64Of(tree.root()) }
}

/** As the kernel's, ten times as fast: it runs several times for each group. */
export function base64Of(hash: Hash): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('base64')
}

/** What a leaf says for its `seq` when it can't be read. */
export const UNREADABLE = -1

/** Unreadable leaves of a group of which the reason is kept. */
const MAX_REASONS = 100

/** Judges the log of one tenant: its leaves against the heads in the node's log. */
export class LogAudit {
  readonly name: LogName
  /** The leaf behind the last one whose body was taken out. */
  prunedTo = 0
  readonly links = new RunLinks()
  readonly #problems: LedgerProblems
  readonly #scan: LeafScan
  #tree = new Frontier()
  /** The tree can't be rebuilt from here on, for a reason that was reported. */
  #lost = false
  /** The last head in the node's log, and where it stands there. */
  head: HeadText & { readonly index: number } = { ...EMPTY_HEAD, index: -1 }
  /** Size of the last head that carries a signature of its own. */
  signed = -1
  /** The `seq` that each leaf of this group says it has. */
  #says: number[] = []
  #inPlace = true
  #reasons: { readonly seq: number; readonly message: string }[] = []

  constructor(name: LogName, problems: LedgerProblems, scan: LeafScan) {
    this.name = name
    this.#problems = problems
    this.#scan = scan
  }

  /** Are there leaves that no head covers yet? */
  get dirty(): boolean {
    return this.#says.length > 0
  }

  get lost(): boolean {
    return this.#lost
  }

  get size(): number {
    return this.#lost ? this.head.size + this.#says.length : this.#tree.size
  }

  edge(): readonly Hash[] {
    return this.#tree.subtrees()
  }

  /** What it says of itself, unless it can't be read. */
  leaf(hashed: Buffer, body: Buffer): LeafFacts | undefined {
    const hash = digest('sha256', hashed, 'binary')
    const seq = this.head.size + this.#says.length
    if (!this.#lost) this.#tree.appendText(hash)
    try {
      const facts = this.#scan.read(body)
      if (facts.log !== this.name.origin) throw this.#stranger(facts.log)
      this.#says.push(facts.seq)
      if (facts.seq !== seq) this.#inPlace = false
      this.links.follow(facts, hash)
      return facts
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
      this.#says.push(UNREADABLE)
      if (this.#reasons.length < MAX_REASONS) this.#reasons.push({ seq, message: error.message })
      return undefined
    }
  }

  /** A leaf that was taken out when its time was over. */
  pruned(hash: string): void {
    if (!this.#lost) this.#tree.appendText(hash)
    this.links.pruned(hash)
    const seq = this.head.size + this.#says.length
    this.#says.push(seq)
    this.prunedTo = seq + 1
  }

  /** The head that the leaves give, or nothing when that can't be told. */
  computed(): HeadText | undefined {
    return this.#lost ? undefined : headOf(this.#tree)
  }

  /** The group is what was signed. What does not fit now was written like that. */
  confirm(index: number): void {
    const start = this.head.size
    const { origin: log } = this.name
    for (const { seq, message } of this.#reasons) {
      this.#problems.add('LEDGER_RECEIPT_INVALID', message, { log, seq })
    }
    for (const [at, seq] of this.#inPlace ? [] : this.#says.entries()) {
      if (seq === start + at || seq === UNREADABLE) continue
      const message = `receipt ${start + at} says it is receipt ${seq}`
      this.#problems.add('LEDGER_RECEIPT_INVALID', message, { log, seq: start + at })
    }
    this.#next({ ...(this.computed() ?? this.head), index })
  }

  /** The leaves are not those under this head, which is what was signed. */
  refute(head: HeadText, index: number): void {
    const known = this.#lost
    const faults = nameDamage(this.head.size, head.size, this.#says)
    for (const { code, message, seq } of faults) {
      // Where the tree was lost before, leaves that can be read and are in place say nothing.
      if (known && code === 'LEDGER_LEAF_ALTERED' && this.#reasons.length === 0) continue
      this.#problems.add(code, message, { log: this.name.origin, seq })
    }
    this.#lost = true
    this.#next({ ...head, index })
  }

  /** Nothing covers the leaves of this group. */
  abandon(): void {
    const { size } = this
    this.#lost = true
    this.#next({ ...this.head, size })
  }

  /** From here on all is unknown, up to the next snapshot. */
  lose(): void {
    this.#lost = true
    this.#next(this.head)
  }

  /** Goes on from what a snapshot says. */
  resume(head: HeadText & { readonly index: number }, edge: readonly Hash[]): void {
    this.#tree = Frontier.resume(head.size, edge)
    this.#lost = false
    this.#next({ ...head, ...headOf(this.#tree) })
  }

  #next(head: LogAudit['head']): void {
    this.head = head
    this.#says.length = 0
    this.#reasons = []
    this.#inPlace = true
  }

  #stranger(log: string): PortcullisError {
    return new PortcullisError('RECEIPT_INVALID', `a receipt of the log \`${log}\``)
  }
}
