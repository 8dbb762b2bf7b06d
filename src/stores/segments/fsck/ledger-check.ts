import { PortcullisError, unreachable } from '../../../kernel/errors.ts'
import { LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import type { Checkpoint } from '../../../kernel/tlog/checkpoint.ts'
import { isLogOfNode } from '../../../kernel/tlog/note.ts'
import { FRAME_KINDS, type Frame } from '../frame.ts'
import { MAX_LOGS, NODE_LOG, type OpenAction } from '../ledger-state.ts'
import type { Position } from '../segment-files.ts'
import { readDeclaration } from './declaration.ts'
import type { LedgerJudge } from './judge-by-keys.ts'
import { LeafScan } from './leaf-scan.ts'
import { base64Of, LogAudit } from './log-audit.ts'
import { headText, NodeAudit, readHead, type SaidHead, type Settled } from './node-audit.ts'
import { checkSnapshot } from './snapshot-check.ts'

/** Checkpoints whose text is kept, to know again in one with more signatures. */
const CHECKPOINTS_AT_HAND = 65_536

export interface CheckOptions {
  /** Origin of the node's log. */
  readonly origin: string
  readonly judge: LedgerJudge
  /** A head of the node's log, seen earlier: only it shows that a whole end was taken away. */
  readonly remembered?: Checkpoint | undefined
  /** What reads leaves; one that has seen their shapes before is faster. */
  readonly scan?: LeafScan
}

/**
 * Judges a whole ledger frame by frame, without holding it. It takes nothing on trust but the keys:
 * give it every frame in order, tell it of each place where none can be read, then `end` it.
 */
export class LedgerCheck {
  readonly problems = new LedgerProblems()
  readonly node: NodeAudit
  readonly logs = new Map<number, LogAudit>()
  /** Actions without outcome by id, oldest first. */
  readonly open = new Map<string, OpenAction>()
  readonly #options: CheckOptions
  readonly #byOrigin = new Map<string, LogAudit>()
  readonly #scan: LeafScan
  readonly #texts = new Set<string>()
  /** Numbers of logs that were never declared and have frames. */
  readonly #undeclared = new Set<number>()
  #cosigned = ''
  #group: Position | undefined
  #phase = 0
  /** A frame that should stand earlier: frames changed places, or a checkpoint is missing. */
  #late: Position | undefined
  #head: { readonly note: string; readonly size: number; readonly root: string } | undefined
  #last = ''
  checkpoints = 0
  receipts = 0
  pruned = 0
  unverified = 0

  constructor(options: CheckOptions) {
    this.#options = options
    this.#scan = options.scan ?? new LeafScan()
    this.node = new NodeAudit((tree) => {
      const { remembered } = this.#options
      if (tree.size !== remembered?.size) return
      if (base64Of(tree.root()) === base64Of(remembered.root)) return
      const message = `the first ${tree.size} heads are not those of the remembered checkpoint`
      this.problems.add('LEDGER_FORKED', message)
    })
  }

  /** The last head of the node that an accepted key signed. */
  get head(): { readonly note: string; readonly size: number; readonly root: string } | undefined {
    return this.#head
  }

  /** Where the group begins that no checkpoint ends yet. */
  get unfinished(): Position | undefined {
    return this.#group
  }

  frame(at: Position, frame: Frame): void {
    if (frame.kind === FRAME_KINDS.snapshot) return this.#snapshot(at, frame)
    if (at.offset === 0) this.#fault('LEDGER_SNAPSHOT_ALTERED', 'a segment has none', at)
    this.#group ??= at
    const phase = phaseOf(frame)
    if (phase < this.#phase) this.#late ??= at
    else this.#phase = phase
    switch (frame.kind) {
      case FRAME_KINDS.leaf:
      case FRAME_KINDS.pruned:
        return frame.log === NODE_LOG ? this.#nodeLeaf(at, frame) : this.#leaf(at, frame)
      case FRAME_KINDS.log:
        return this.#declare(at, frame)
      case FRAME_KINDS.checkpoint:
        return frame.log === NODE_LOG ? this.#settle(at, frame) : this.#signedHead(at, frame)
      case FRAME_KINDS.cosigned:
        return this.#cosign(at, frame)
      default:
        return unreachable(frame.kind)
    }
  }

  /** From here to the next snapshot, what the trees come to can't be known. */
  lose(): void {
    this.node.lose()
    for (const log of this.logs.values()) log.lose()
    this.#begin()
  }

  /** What follows is of another group. */
  #begin(): void {
    this.#group = undefined
    this.#late = undefined
    this.#phase = 0
  }

  end(): void {
    this.#compareRemembered()
    if (!this.problems.none) return
    // With another problem these are its consequences.
    for (const { name, links } of this.logs.values()) {
      for (const seq of links.broken) {
        const message = '`prev` is not the hash of the previous receipt of the run'
        this.problems.add('LEDGER_LINK_BROKEN', message, { log: name.origin, seq })
      }
    }
  }

  #leaf(at: Position, { log: number, kind, hashed, body }: Frame): void {
    const log = this.logs.get(number)
    if (log === undefined) return this.#unknown(number, at)
    if (kind === FRAME_KINDS.pruned) {
      if (body.length !== 32) return this.#fault('LEDGER_FRAME_INVALID', 'no hash of a leaf', at)
      this.pruned += 1
      return log.pruned(bufferOf(body).toString('latin1'))
    }
    this.receipts += 1
    const facts = log.leaf(bufferOf(hashed), bufferOf(body))
    if (facts?.opens !== undefined) {
      this.open.set(facts.opens, { log: number, leaf: bufferOf(body).toString('utf8') })
    }
    if (facts?.closes !== undefined) this.open.delete(facts.closes)
  }

  /** One problem for all frames of a log that is not known. */
  #unknown(number: number, at: Position): void {
    if (this.#undeclared.has(number) || this.#undeclared.size > MAX_LOGS) return
    this.#undeclared.add(number)
    this.#fault('LEDGER_LOG_INVALID', `no log has the number ${number}`, at)
  }

  #nodeLeaf(at: Position, { kind, hashed }: Frame): void {
    if (kind === FRAME_KINDS.pruned) {
      return this.#fault('LEDGER_FRAME_INVALID', 'a head is never taken out', at)
    }
    this.node.leaf(at, bufferOf(hashed), (origin) => this.#byOrigin.get(origin))
  }

  #declare(at: Position, { log, body }: Frame): void {
    const name = readDeclaration(bufferOf(body).toString('utf8'), this.#options.judge)
    const next = this.logs.size + 1
    const tenants = [...this.logs.values()].map((known) => known.name.tenant)
    const holds =
      name !== undefined &&
      name.log === log &&
      log === next &&
      log < MAX_LOGS &&
      name.origin !== this.#options.origin &&
      isLogOfNode(this.#options.origin, name.origin) &&
      !this.#byOrigin.has(name.origin) &&
      !tenants.includes(name.tenant)
    if (!holds) return this.#fault('LEDGER_LOG_INVALID', 'a log is not declared as it must be', at)
    this.#know(new LogAudit(name, this.problems, this.#scan))
  }

  #know(log: LogAudit): void {
    this.logs.set(log.name.log, log)
    this.#byOrigin.set(log.name.origin, log)
  }

  /** A checkpoint of the node ends a group: now all of it can be judged. */
  #settle(at: Position, { body }: Frame): void {
    this.checkpoints += 1
    const note = bufferOf(body).toString('utf8')
    const text = textOf(note)
    const size = this.node.size + this.node.heads.length
    const valid = this.#isSigned(note, { origin: this.#options.origin, at, size })
    // It may be signed again over frames that change no tree.
    if (note === this.#last && this.#group === at) {
      this.#fault('LEDGER_REORDERED', 'a checkpoint stands twice', at)
    }
    this.#last = note
    this.#remember(text)
    const said = readHead(text)
    const { heads } = this.node
    const settled = this.node.settle(valid ? said : undefined, () => this.#soleHeadless(heads))
    if (valid && said !== undefined) this.#head = { note, size: said.size, root: said.root }
    this.#blameNode(settled, heads, at)
    this.#settleLogs(settled, heads)
    this.#begin()
  }

  #blameNode(settled: Settled, heads: readonly SaidHead[], at: Position): void {
    if (settled === 'missing') {
      this.#fault('LEDGER_HEAD_MISSING', 'heads are missing from the log of the node', at)
    } else if (settled === 'altered') {
      const message = 'the heads in the log of the node are not those that were signed'
      this.#fault('LEDGER_HEAD_ALTERED', message, heads[0]?.at ?? at)
    } else if (settled === 'computed') {
      for (const head of heads.filter(({ text, expected }) => text !== expected)) {
        this.#fault('LEDGER_HEAD_ALTERED', 'the head is not what was signed', head.at)
      }
    }
    if (this.#late === undefined) return
    const twice = heads.some((one, at) => heads.findIndex(({ log }) => log === one.log) !== at)
    const [code, message] = twice
      ? (['LEDGER_CHECKPOINT_MISSING', 'no checkpoint ends the group before'] as const)
      : (['LEDGER_REORDERED', 'it stands behind what it should stand before'] as const)
    this.#fault(code, message, this.#late)
  }

  #settleLogs(settled: Settled, heads: readonly SaidHead[]): void {
    const last = new Map<LogAudit, SaidHead>()
    for (const head of heads) if (head.log !== undefined) last.set(head.log, head)
    for (const [log, head] of last) this.#settleLog(log, head, settled)
    for (const log of this.logs.values()) {
      if (!log.dirty) continue
      if (settled === 'stored') {
        const where = { log: log.name.origin, seq: log.head.size }
        this.problems.add('LEDGER_RECEIPT_ADDED', 'a receipt that no head covers', where)
        log.abandon()
      } else log.confirm(log.head.index)
    }
  }

  #settleLog(log: LogAudit, { head, index }: SaidHead, settled: Settled): void {
    const computed = log.computed()
    const fits = computed !== undefined && head !== undefined && same(computed, head)
    if (fits || settled === 'computed' || head === undefined) log.confirm(index)
    else log.refute(head, index)
  }

  /** The text that the one log with leaves and without a head would have. */
  #soleHeadless(heads: readonly SaidHead[]): string | undefined {
    const headed = new Set(heads.map(({ log }) => log))
    const [log, second] = [...this.logs.values()].filter((it) => it.dirty && !headed.has(it))
    const computed = second === undefined ? log?.computed() : undefined
    return log && computed && headText(log.name.origin, computed)
  }

  /** The head of a tenant's log, signed under that log's own name. */
  #signedHead(at: Position, { log: number, body }: Frame): void {
    const log = this.logs.get(number)
    if (log === undefined) return this.#unknown(number, at)
    this.checkpoints += 1
    const note = bufferOf(body).toString('utf8')
    const text = textOf(note)
    const size = this.node.size + this.node.heads.length
    const valid = this.#isSigned(note, { origin: log.name.origin, at, size })
    this.#remember(text)
    const pending = this.node.heads.findLast((head) => head.log === log)?.text
    const covered = pending !== undefined || !log.dirty
    const now = pending ?? headText(log.name.origin, log.head)
    if (valid && (text !== now || !covered)) {
      this.#fault('LEDGER_CHECKPOINT_INVALID', 'it is not of the head that the log has here', at)
    }
    const signed = readHead(text)?.size ?? log.signed
    if (valid && signed === log.signed) {
      this.#fault('LEDGER_REORDERED', 'a checkpoint stands twice', at)
    }
    if (valid) log.signed = signed
  }

  #cosign(at: Position, { log, body }: Frame): void {
    const origin = log === NODE_LOG ? this.#options.origin : this.logs.get(log)?.name.origin
    if (origin === undefined) return this.#unknown(log, at)
    const note = bufferOf(body).toString('utf8')
    const text = textOf(note)
    this.#isSigned(note, { origin, at, size: readHead(text)?.size ?? 0, others: true })
    if (!this.#texts.has(text)) {
      this.#fault('LEDGER_CHECKPOINT_INVALID', 'no checkpoint before it is of that head', at)
    }
    if (note === this.#cosigned) {
      this.#fault('LEDGER_REORDERED', 'a cosigned checkpoint stands twice', at)
    }
    this.#cosigned = note
  }

  /** `others`: signatures of keys that are not ours, such as of witnesses, may stand there too. */
  #isSigned(
    note: string,
    where: { origin: string; at: Position; size: number; others?: boolean },
  ): boolean {
    const { origin, at, size, others = false } = where
    try {
      const { checkpoint, verified } = this.#options.judge.head(note, size)
      const left = note.slice(textOf(note).length + 1, -1).split('\n').length - verified
      if (others) this.unverified += left
      if (checkpoint.origin === origin && (others || left === 0)) return true
      const why = left > 0 ? 'a signature is of no known key' : `it is of \`${checkpoint.origin}\``
      this.#fault('LEDGER_CHECKPOINT_INVALID', why, at)
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
      this.#fault('LEDGER_CHECKPOINT_INVALID', error.message, at)
    }
    return false
  }

  #snapshot(at: Position, frame: Frame): void {
    if (at.offset !== 0) {
      return this.#fault('LEDGER_SNAPSHOT_ALTERED', 'a snapshot in the midst of a segment', at)
    }
    if (this.#group !== undefined) {
      this.#fault('LEDGER_CHECKPOINT_MISSING', 'no checkpoint ends the segment before', this.#group)
      this.lose()
    }
    const { judge, origin } = this.#options
    const found = checkSnapshot(frame, { check: this, judge, origin })
    for (const message of found.faults) this.#fault('LEDGER_SNAPSHOT_ALTERED', message, at)
    found.resume((name) => {
      const log = this.logs.get(name.log) ?? new LogAudit(name, this.problems, this.#scan)
      this.#know(log)
      return log
    })
  }

  #remember(text: string): void {
    this.#texts.add(text)
    if (this.#texts.size <= CHECKPOINTS_AT_HAND) return
    for (const oldest of this.#texts) {
      this.#texts.delete(oldest)
      return
    }
  }

  #compareRemembered(): void {
    const { remembered } = this.#options
    const size = this.#head?.size ?? 0
    if (remembered === undefined || remembered.size <= size) return
    const message = `the remembered checkpoint covers ${remembered.size} heads, and here are ${size}`
    this.problems.add('LEDGER_TRUNCATED', message)
  }

  #fault(code: Parameters<LedgerProblems['add']>[0], message: string, at: Position): void {
    this.problems.add(code, message, { at })
  }
}

/** In which order the frames of a group stand. */
function phaseOf({ kind, log }: Frame): number {
  switch (kind) {
    case FRAME_KINDS.snapshot:
      return 0
    case FRAME_KINDS.log:
      return 1
    case FRAME_KINDS.leaf:
    case FRAME_KINDS.pruned:
      return log === NODE_LOG ? 3 : 2
    case FRAME_KINDS.checkpoint:
      return log === NODE_LOG ? 6 : 4
    case FRAME_KINDS.cosigned:
      return 5
    default:
      return unreachable(kind)
  }
}

/** The text of a note, without its signatures. */
function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf('\n\n') + 1)
}

function same(a: { size: number; root: string }, b: { size: number; root: string }): boolean {
  return a.size === b.size && a.root === b.root
}

/** The same bytes with the methods of a buffer. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
