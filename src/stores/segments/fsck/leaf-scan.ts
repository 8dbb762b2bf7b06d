/**
 * Reads leaves at the rate of the disk. Most receipts have one of a few shapes, so a leaf is walked
 * once over its bytes: is it canonical JSON, and which shape is it? Only the first leaf of a shape,
 * and whatever the walk does not know, is parsed in full by `parseReceipt`.
 */
import { PortcullisError } from '../../../kernel/errors.ts'
import { parseReceipt } from '../../../kernel/receipt/parse-receipt.ts'
import { JsonWalk } from './json-walk.ts'

/** Shapes that are remembered; a ledger has some dozens. */
const MAX_SHAPES = 4_096

/** Shapes that are compared before any is looked up. */
const RECENT_SHAPES = 6

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

/** Where in the order of its members a shape has those that are asked for; -1 where it has not. */
interface Shape {
  readonly skeleton: Buffer
  readonly at: Readonly<Record<keyof typeof PATHS, number>>
  readonly opens: boolean
  readonly closes: boolean
}

const PATHS = {
  seq: 'seq',
  log: 'log',
  prev: 'prev',
  run: 'run',
  id: 'id',
  of: 'effect.of',
} as const

export class LeafScan {
  readonly #walk = new JsonWalk()
  readonly #shapes = new Map<number, Shape>()
  readonly #recent: Shape[] = []
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  /** Throws `RECEIPT_INVALID` unless these bytes are the canonical text of a receipt. */
  read(bytes: Buffer): LeafFacts {
    if (!this.#walk.over(bytes)) return factsOf(parseReceipt(this.#decode(bytes)))
    const shape = this.#shape()
    if (shape !== undefined) return this.#facts(bytes, shape)
    const receipt = parseReceipt(this.#decode(bytes))
    if (this.#shapes.size < MAX_SHAPES) this.#learn(receipt)
    return factsOf(receipt)
  }

  /** The shape of the leaf just walked, if it is known. Those seen last are tried first. */
  #shape(): Shape | undefined {
    for (const shape of this.#recent) if (this.#walk.isShape(shape.skeleton)) return shape
    const known = this.#shapes.get(this.#walk.digest)
    if (known === undefined || !this.#walk.isShape(known.skeleton)) return undefined
    this.#recent.unshift(known)
    this.#recent.length = Math.min(this.#recent.length, RECENT_SHAPES)
    return known
  }

  #learn(receipt: Parsed): void {
    const paths = memberPaths(receipt)
    const at = (path: string) => paths.indexOf(path)
    const { opens, closes } = factsOf(receipt)
    this.#shapes.set(this.#walk.digest, {
      skeleton: this.#walk.skeleton(),
      at: {
        seq: at(PATHS.seq),
        log: at(PATHS.log),
        prev: at(PATHS.prev),
        run: at(PATHS.run),
        id: at(PATHS.id),
        of: at(PATHS.of),
      },
      opens: opens !== undefined,
      closes: closes !== undefined,
    })
  }

  #facts(bytes: Buffer, { at, opens, closes }: Shape): LeafFacts {
    const walk = this.#walk
    return {
      seq: walk.count(bytes, at.seq),
      log: walk.text(bytes, at.log),
      prev: at.prev < 0 ? undefined : walk.text(bytes, at.prev),
      run: walk.text(bytes, at.run),
      opens: opens ? walk.text(bytes, at.id) : undefined,
      closes: closes ? walk.text(bytes, at.of) : undefined,
    }
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

/**
 * The members that hold text, numbers or truth values, in canonical order as the walk meets them:
 * `effect.of`. Lists are left out, since how many members they have differs within a shape.
 */
function memberPaths(value: object, above = ''): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (member === undefined || Array.isArray(member)) return []
    if (typeof member === 'object' && member !== null)
      return memberPaths(member, `${above}${name}.`)
    return [`${above}${name}`]
  })
}
