/**
 * Reads leaves at the rate of the disk. Most receipts have one of a few shapes, each a pattern that
 * only canonical text of that shape matches. The first leaf of a shape, and whatever matches none,
 * is parsed in full by `parseReceipt`.
 */
import { PortcullisError } from '../../../kernel/errors.ts'
import { parseReceipt } from '../../../kernel/receipt/parse-receipt.ts'
import { patternOf } from './leaf-pattern.ts'

/** Shapes that are known at a time. A ledger has some dozens, and few of them often. */
const MAX_SHAPES = 32

/** Shapes that are learned at all: to make a pattern takes longer than to parse a leaf. */
const MAX_LEARNED = 4_096

/** Shapes that take turns without a new order. */
const RECENT_SHAPES = 4

/** What a receipt says of its place and of others. */
export interface LeafFacts {
  readonly seq: number
  readonly log: string
  readonly prev: string | undefined
  readonly run: string
  /** Id of the action that it leaves open, or that it closes. */
  readonly opens: string | undefined
  readonly closes: string | undefined
}

/** Members that are asked for. */
const ASKED: ReadonlySet<string> = new Set(['seq', 'log', 'prev', 'run', 'id', 'effect.of'])

/** The group of a pattern in which a member stands; 0 where the shape has it not. */
interface Shape {
  readonly expression: RegExp
  readonly seq: number
  readonly log: number
  readonly prev: number
  readonly run: number
  /** The id of the action that receipts of this shape leave open, or that they close. */
  readonly opens: number
  readonly closes: number
}

export class LeafScan {
  /** Those of late come first. */
  readonly #shapes: Shape[] = []
  #learned = 0
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  /** Throws `RECEIPT_INVALID` unless these bytes are the canonical text of a receipt. */
  read(bytes: Buffer): LeafFacts {
    // Patterns match ASCII alone, which is the same in both encodings, and this one is faster.
    const text = bytes.toString('latin1')
    let at = 0
    for (const shape of this.#shapes) {
      const found = shape.expression.exec(text)
      if (found !== null) {
        if (at >= RECENT_SHAPES) this.#toFront(at)
        return factsIn(found, shape)
      }
      at += 1
    }
    const receipt = parseReceipt(this.#decode(bytes))
    this.#learn(text, receipt)
    return factsOf(receipt)
  }

  #toFront(at: number): void {
    this.#shapes.unshift(...this.#shapes.splice(at, 1))
  }

  #learn(text: string, receipt: Parsed): void {
    if (this.#learned === MAX_LEARNED) return
    this.#learned += 1
    const pattern = patternOf(text, receipt, ASKED)
    if (pattern === undefined) return
    const { opens, closes } = factsOf(receipt)
    const group = (path: string) => pattern.asked.indexOf(path) + 1
    this.#shapes.unshift({
      expression: pattern.expression,
      ...{ seq: group('seq'), log: group('log'), prev: group('prev'), run: group('run') },
      opens: opens === undefined ? 0 : group('id'),
      closes: closes === undefined ? 0 : group('effect.of'),
    })
    this.#shapes.length = Math.min(this.#shapes.length, MAX_SHAPES)
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes)
    } catch (cause) {
      throw new PortcullisError('RECEIPT_INVALID', 'the leaf is not UTF-8', { cause })
    }
  }
}

type Parsed = ReturnType<typeof parseReceipt>

function factsOf({ seq, log, prev, run, kind, id, effect }: Parsed): LeafFacts {
  const opens = kind === 'decision' && effect?.state === 'dispatched' ? id : undefined
  const closes = kind === 'effect' ? effect?.of : undefined
  return { seq, log, prev, run, opens, closes }
}

function factsIn(found: RegExpExecArray, { seq, log, prev, run, opens, closes }: Shape): LeafFacts {
  return {
    seq: Number(found[seq]),
    log: found[log] ?? '',
    prev: prev === 0 ? undefined : found[prev],
    run: found[run] ?? '',
    opens: opens === 0 ? undefined : found[opens],
    closes: closes === 0 ? undefined : found[closes],
  }
}
