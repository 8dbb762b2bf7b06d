import { PortcullisError } from '../../kernel/errors.ts'
import { decodeBase64 } from '../../kernel/tlog/base64.ts'
import { type Checkpoint, claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash, sameHash } from '../../kernel/tlog/hash.ts'
import { hasSigned, type VerifierKey } from '../../kernel/tlog/note.ts'
import { FRAME_KINDS, type Frame } from './frame.ts'
import {
  headText,
  type LedgerState,
  type LogName,
  NODE_LOG,
  type OpenAction,
} from './ledger-state.ts'
import { sealed } from './signers.ts'
import { readSnapshot, sameSnapshot, snapshotOf } from './snapshot.ts'

/** What a frame is in its place: `group` ends one, and holds the node's checkpoint over it. */
export type Replayed = 'frame' | 'invalid' | { readonly group: string }

const EFFECT = Buffer.from('"effect":{')

/**
 * Follows the frames of a ledger and does what its writer did. It takes nothing on trust but the
 * state it begins with: leaves are hashed again, and every head has to be that of the tree.
 */
export class Replay {
  readonly state: LedgerState
  /** Actions without outcome, by the id of their decision, oldest first. */
  readonly open = new Map<string, OpenAction>()
  /** By log, the leaf behind the last one whose body was taken out. */
  readonly #pruned = new Map<number, number>()
  /** Logs with leaves that no head in the node log covers yet. */
  readonly #dirty = new Set<number>()

  constructor(state: LedgerState, open: readonly OpenAction[]) {
    this.state = state
    for (const action of open) this.#follow(action.log, action.leaf)
  }

  take(frame: Frame): Replayed {
    switch (frame.kind) {
      case FRAME_KINDS.leaf:
      case FRAME_KINDS.pruned:
        return frame.log === NODE_LOG ? this.#head(frame) : this.#leaf(frame)
      case FRAME_KINDS.checkpoint:
        return frame.log === NODE_LOG ? this.#group(frame) : this.#signedHead(frame)
      case FRAME_KINDS.log:
        return this.#declare(frame)
      case FRAME_KINDS.snapshot:
        return this.#snapshot(frame)
      case FRAME_KINDS.cosigned:
        return this.#cosigned(frame)
    }
  }

  #leaf({ log: number, kind, hashed, body }: Frame): Replayed {
    const log = this.state.tenantLog(number)
    if (log === undefined) return 'invalid'
    this.#dirty.add(number)
    if (kind === FRAME_KINDS.pruned) {
      log.frontier.append(Buffer.from(body))
      this.#pruned.set(number, log.frontier.size)
      return 'frame'
    }
    log.frontier.append(Buffer.from(leafHash(hashed.subarray(1))))
    const leaf = Buffer.from(body.buffer, body.byteOffset, body.length)
    // What a crash tore may be no JSON.
    const told = !leaf.includes(EFFECT) || this.#follow(number, leaf.toString('utf8'))
    return told ? 'frame' : 'invalid'
  }

  /** A leaf of the node log is the head of a log that has grown. */
  #head({ body }: Frame): Replayed {
    const text = textOf(body)
    const log = this.state.named(text.slice(0, text.indexOf('\n')))
    if (log === undefined || !this.#dirty.delete(log.log) || headText(log) !== text) {
      return 'invalid'
    }
    const { frontier } = this.state.node
    log.head = frontier.size
    frontier.append(Buffer.from(leafHash(body)))
    return 'frame'
  }

  #signedHead(frame: Frame): Replayed {
    const log = this.state.tenantLog(frame.log)
    const head = claimed(frame)
    if (log === undefined || head === undefined || !isHeadOf(head, log)) return 'invalid'
    log.signed = head.size
    return 'frame'
  }

  #group(frame: Frame): Replayed {
    const head = claimed(frame)
    if (head === undefined || this.#dirty.size > 0 || !isHeadOf(head, this.state.node)) {
      return 'invalid'
    }
    return { group: textOf(frame.body) }
  }

  /** A checkpoint of the node log from before, or of just now. */
  #cosigned(frame: Frame): Replayed {
    const { node } = this.state
    const head = frame.log === NODE_LOG ? claimed(frame) : undefined
    const known = head?.origin === node.origin && head.size <= node.frontier.size
    return known ? 'frame' : 'invalid'
  }

  #declare({ log, body }: Frame): Replayed {
    const name = parseLogName(textOf(body))
    return name?.log === log && this.state.declare(name) ? 'frame' : 'invalid'
  }

  /** What the segments before came to is known already here. */
  #snapshot(frame: Frame): Replayed {
    const read = readSnapshot(frame)
    if (read === undefined) return 'invalid'
    const said = { ...read.snapshot, open: this.#withBody(read.snapshot.open) }
    const here = snapshotOf(this.state, this.#withBody([...this.open.values()]))
    return sameSnapshot(said, here) ? 'frame' : 'invalid'
  }

  /**
   * What a segment says of actions whose decision was taken out counts for nothing: pruning goes
   * from segment to segment, and a crash may come between.
   */
  #withBody(actions: readonly OpenAction[]): readonly OpenAction[] {
    if (this.#pruned.size === 0) return actions
    return actions.filter(({ log, leaf }) => seqOf(leaf) >= (this.#pruned.get(log) ?? 0))
  }

  /** False for what is no leaf. */
  #follow(log: number, leaf: string): boolean {
    const effect = effectOf(leaf)
    if (effect === undefined) return false
    if (effect.opens) this.open.set(effect.id, { log, leaf })
    if (effect.closes !== undefined) this.open.delete(effect.closes)
    return true
  }
}

function isHeadOf(head: Checkpoint, log: LedgerState['node']): boolean {
  const same = head.origin === log.origin && head.size === log.frontier.size
  return same && sameHash(head.root, log.frontier.root())
}

/** Does the leaf open an action or close one? Nothing for what is no leaf. */
function effectOf(
  leaf: string,
): { id: string; opens: boolean; closes: string | undefined } | undefined {
  try {
    const { id, kind, effect } = JSON.parse(leaf)
    const opens = kind === 'decision' && effect?.state === 'dispatched'
    return { id, opens, closes: kind === 'effect' ? effect?.of : undefined }
  } catch {
    // The caller says what that means.
    return undefined
  }
}

/** The place of a leaf in its log. */
export function seqOf(leaf: string): number {
  const { seq } = JSON.parse(leaf)
  if (Number.isSafeInteger(seq)) return seq
  throw new PortcullisError('LEDGER_CORRUPT', 'a leaf of the ledger has no place')
}

function claimed({ body }: Frame): Checkpoint | undefined {
  try {
    return claimedCheckpoint(textOf(body))
  } catch (error) {
    if (error instanceof PortcullisError) return undefined
    throw error
  }
}

/** What a declaration of a log says; nothing where it is none. */
export function parseLogName(text: string): LogName | undefined {
  try {
    const { log, origin, tenant } = JSON.parse(text)
    const named = typeof origin === 'string' && typeof tenant === 'string'
    return Number.isSafeInteger(log) && named ? { log, origin, tenant } : undefined
  } catch {
    // No JSON is no declaration.
    return undefined
  }
}

/** Did one of the keys seal this declaration of a log? */
export function isSealedLogName(text: string, keys: readonly VerifierKey[]): boolean {
  const name = parseLogName(text)
  if (name === undefined) return false
  const { seal }: { seal?: unknown } = JSON.parse(text)
  const signature = typeof seal === 'string' ? decodeBase64(seal) : undefined
  return signature !== undefined && keys.some((key) => hasSigned(key, sealed(name), signature))
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
