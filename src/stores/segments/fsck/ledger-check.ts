import { PortcullisError } from '../../../kernel/errors.ts'
import { LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import type { Checkpoint } from '../../../kernel/tlog/checkpoint.ts'
import { HASH_BYTES } from '../../../kernel/tlog/hash.ts'
import { isLogOfNode } from '../../../kernel/tlog/note.ts'
import { FRAME_KINDS, type Frame } from '../frame.ts'
import { MAX_LOGS, NODE_LOG, type OpenAction } from '../ledger-state.ts'
import type { Position } from '../segment-files.ts'
import type { Snapshot } from '../snapshot.ts'
import { CheckpointCheck, type FoundNote, textOf } from './checkpoint-check.ts'
import { readDeclaration } from './declaration.ts'
import type { LedgerJudge } from './judge-by-keys.ts'
import { LeafScan } from './leaf-scan.ts'
import { base64Of, LogAudit } from './log-audit.ts'
import { headText, NodeAudit, readHead } from './node-audit.ts'
import { phaseOf } from './phase-of.ts'
import { settleGroup } from './settle-group.ts'
import { checkSnapshot } from './snapshot-check.ts'

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
  readonly checkpoints: CheckpointCheck
  readonly logs = new Map<number, LogAudit>()
  /** Actions without outcome by id, oldest first. */
  readonly open = new Map<string, OpenAction>()
  readonly #options: CheckOptions
  readonly #byOrigin = new Map<string, LogAudit>()
  readonly #scan: LeafScan
  /** Numbers of logs that were never declared and have frames. */
  readonly #undeclared = new Set<number>()
  #group: Position | undefined
  #phase = 0
  /** A frame that should stand earlier: frames changed places, or a checkpoint is missing. */
  #late: Position | undefined
  #head: { readonly note: string; readonly size: number; readonly root: string } | undefined
  receipts = 0
  pruned = 0
  /** What came before the first snapshot is checked elsewhere. */
  asks = false
  /** The first snapshot. */
  begins: Snapshot | undefined

  constructor(options: CheckOptions) {
    this.#options = options
    this.#scan = options.scan ?? new LeafScan()
    this.checkpoints = new CheckpointCheck(this.problems, options.judge)
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
    if (frame.kind === FRAME_KINDS.snapshot) {
      this.#snapshot(at, frame)
      return
    }
    if (at.offset === 0) this.#fault('LEDGER_SNAPSHOT_ALTERED', 'a segment has none', at)
    this.#group ??= at
    const phase = phaseOf(frame)
    if (phase < this.#phase) this.#late ??= at
    else this.#phase = phase
    this.#take(at, frame)
  }

  #take(at: Position, frame: Frame): void {
    const ofNode = frame.log === NODE_LOG
    switch (frame.kind) {
      case FRAME_KINDS.leaf:
      case FRAME_KINDS.pruned:
        if (ofNode) this.#nodeLeaf(at, frame)
        else this.#leaf(at, frame)
        return
      case FRAME_KINDS.log:
        this.#declare(at, frame)
        return
      case FRAME_KINDS.checkpoint:
        if (ofNode) this.#settle(at, frame)
        else this.#signedHead(at, frame)
        return
      case FRAME_KINDS.cosigned:
        this.#cosign(at, frame)
        return
      default:
        throw new PortcullisError('INTERNAL', 'a snapshot is in no group')
    }
  }

  /** Goes on from the next snapshot. What that leaves open, whoever joins the ranges tells. */
  ask(): void {
    this.lose()
    this.asks = true
    this.checkpoints.memory.ask()
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
    if (log === undefined) {
      this.#unknown(number, at)
      return
    }
    if (kind === FRAME_KINDS.pruned) {
      this.#pruned(at, log, bufferOf(body))
      return
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

  #pruned(at: Position, log: LogAudit, hash: Buffer): void {
    if (hash.length !== HASH_BYTES) this.#fault('LEDGER_FRAME_INVALID', 'no hash of a leaf', at)
    else log.pruned(hash.toString('latin1'))
    this.pruned += 1
  }

  #nodeLeaf(at: Position, { kind, hashed }: Frame): void {
    if (kind === FRAME_KINDS.pruned) {
      this.#fault('LEDGER_FRAME_INVALID', 'a head is never taken out', at)
      return
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
    if (!holds) {
      this.#fault('LEDGER_LOG_INVALID', 'a log is not declared as it must be', at)
      return
    }
    this.#know(new LogAudit(name, this.problems, this.#scan))
  }

  #know(log: LogAudit): void {
    this.logs.set(log.name.log, log)
    this.#byOrigin.set(log.name.origin, log)
  }

  /** A checkpoint of the node ends a group: now all of it can be judged. */
  #settle(at: Position, { body }: Frame): void {
    const note = bufferOf(body).toString('utf8')
    const valid = this.checkpoints.isSigned(this.#noteAt(at, this.#options.origin, note))
    if (this.checkpoints.memory.repeatsNode(note, this.#group === at)) {
      this.#fault('LEDGER_REORDERED', 'a checkpoint stands twice', at)
    }
    const signed = valid ? readHead(textOf(note)) : undefined
    if (signed !== undefined) this.#head = { note, size: signed.size, root: signed.root }
    settleGroup(this, { at, signed, late: this.#late })
    this.#begin()
  }

  #noteAt(at: Position, origin: string, note: string): FoundNote {
    return { at, origin, note, nodeSize: this.node.size + this.node.heads.length }
  }

  /** The head of a tenant's log, signed under that log's own name. */
  #signedHead(at: Position, { log: number, body }: Frame): void {
    const log = this.logs.get(number)
    if (log === undefined) {
      this.#unknown(number, at)
      return
    }
    const note = bufferOf(body).toString('utf8')
    if (!this.checkpoints.isSigned(this.#noteAt(at, log.name.origin, note))) return
    const text = textOf(note)
    const pending = this.node.heads.findLast((head) => head.log === log)?.text
    const covered = pending !== undefined || !log.dirty
    if (!covered || text !== (pending ?? headText(log.name.origin, log.head))) {
      this.#fault('LEDGER_CHECKPOINT_INVALID', 'it is not of the head that the log has here', at)
    }
    const size = readHead(text)?.size
    if (size === log.signed) this.#fault('LEDGER_REORDERED', 'a checkpoint stands twice', at)
    log.signed = size ?? log.signed
  }

  #cosign(at: Position, { log, body }: Frame): void {
    const origin = log === NODE_LOG ? this.#options.origin : this.logs.get(log)?.name.origin
    if (origin === undefined) {
      this.#unknown(log, at)
      return
    }
    this.checkpoints.cosigned(this.#noteAt(at, origin, bufferOf(body).toString('utf8')))
  }

  #snapshot(at: Position, frame: Frame): void {
    if (at.offset !== 0) {
      this.#fault('LEDGER_SNAPSHOT_ALTERED', 'a snapshot in the midst of a segment', at)
      return
    }
    if (this.#group !== undefined) {
      this.#fault('LEDGER_CHECKPOINT_MISSING', 'no checkpoint ends the segment before', this.#group)
      this.lose()
    }
    const { judge, origin } = this.#options
    const found = checkSnapshot(frame, { check: this, judge, origin })
    this.begins ??= found.snapshot
    for (const message of found.faults) this.#fault('LEDGER_SNAPSHOT_ALTERED', message, at)
    found.resume((name) => {
      const log = this.logs.get(name.log) ?? new LogAudit(name, this.problems, this.#scan)
      this.#know(log)
      return log
    })
  }

  #compareRemembered(): void {
    const { remembered } = this.#options
    const size = this.#head?.size ?? 0
    if (remembered === undefined || remembered.size <= size) return
    const message = `${remembered.size} heads are remembered, and here are ${size}`
    this.problems.add('LEDGER_TRUNCATED', message)
  }

  #fault(code: Parameters<LedgerProblems['add']>[0], message: string, at: Position): void {
    this.problems.add(code, message, { at })
  }
}

/** The same bytes with the methods of a buffer. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
