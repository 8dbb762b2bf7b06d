import { hash as digest } from 'node:crypto'
import type { Hash } from '../../../kernel/tlog/hash.ts'
import { leafHashOfText } from '../../../kernel/tlog/hash.ts'
import { Frontier } from '../frontier.ts'
import type { Position } from '../segment-files.ts'
import { type HeadText, headOf, type LogAudit } from './log-audit.ts'

/** A leaf of the node's log: what it says is the head of a tenant's log. */
export interface SaidHead {
  readonly at: Position
  readonly text: string
  readonly index: number
  readonly log: LogAudit | undefined
  /** What it says, if it can be read. */
  readonly head: HeadText | undefined
  /** What it would say of the leaves before it. */
  readonly expected: string | undefined
}

/** Which leaves of the node's log are the signed ones: those stored, or those computed anew. */
export type Settled = 'stored' | 'computed' | 'unsigned' | 'missing' | 'altered' | 'lost'

const HEAD = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n$/

export function headText(origin: string, { size, root }: HeadText): string {
  return `${origin}\n${size}\n${root}\n`
}

/** Reads `origin\nsize\nroot\n`. */
export function readHead(text: string): (HeadText & { readonly origin: string }) | undefined {
  const [, origin, size, root] = HEAD.exec(text) ?? []
  if (origin === undefined || root === undefined) return undefined
  return { origin, size: Number(size), root }
}

/** Judges the log of the node: heads of the tenants' logs, group by group, under signed heads. */
export class NodeAudit {
  #tree = new Frontier()
  #lost = false
  /** Heads since the last checkpoint of the node. */
  heads: SaidHead[] = []
  #hashes: string[] = []
  readonly #passed: (tree: Frontier) => void

  /** `passed` is shown the tree at each size that it comes to, while that is known. */
  constructor(passed: (tree: Frontier) => void) {
    this.#passed = passed
  }

  get size(): number {
    return this.#tree.size
  }

  get lost(): boolean {
    return this.#lost
  }

  computed(): HeadText | undefined {
    return this.#lost ? undefined : headOf(this.#tree)
  }

  edge(): readonly Hash[] {
    return this.#tree.subtrees()
  }

  /** `find` gives the log of an origin. */
  leaf(at: Position, hashed: Buffer, find: (origin: string) => LogAudit | undefined): void {
    const text = hashed.toString('utf8', 1)
    const head = readHead(text)
    const log = head && find(head.origin)
    const computed = log?.computed()
    const expected = log && computed && headText(log.name.origin, computed)
    const index = this.#tree.size + this.heads.length
    this.heads.push({ at, text, index, log, head, expected })
    this.#hashes.push(digest('sha256', hashed, 'binary'))
  }

  /** `guess` names the one log that a head which can't be read must be of, if there is one. */
  settle(signed: HeadText | undefined, guess?: () => string | undefined): Settled {
    const before = this.#tree
    this.#tree = this.#grown(this.#hashes)
    const [hashes, heads] = [this.#hashes, this.heads]
    this.#hashes = []
    this.heads = []
    if (this.#lost) return 'lost'
    if (signed === undefined) return 'unsigned'
    if (this.#is(signed)) return 'stored'
    const computed = heads.map(({ expected }) => expected ?? guess?.())
    if (computed.every((text) => text !== undefined)) {
      const stored = this.#tree
      this.#tree = before
      this.#tree = this.#grown(computed.map((text) => latin1OfBase64(leafHashOfText(text))))
      if (this.#is(signed)) return 'computed'
      this.#tree = stored
    }
    this.#lost = true
    return signed.size > before.size + hashes.length ? 'missing' : 'altered'
  }

  lose(): void {
    this.#lost = true
    this.heads = []
    this.#hashes = []
  }

  /** Goes on from what a snapshot says. */
  resume(size: number, edge: readonly Hash[]): void {
    this.#tree = Frontier.resume(size, edge)
    this.#lost = false
  }

  #is({ size, root }: HeadText): boolean {
    const mine = headOf(this.#tree)
    return mine.size === size && mine.root === root
  }

  #grown(hashes: readonly string[]): Frontier {
    const tree = Frontier.resume(this.#tree.size, this.#tree.subtrees())
    for (const hash of hashes) {
      tree.appendText(hash)
      if (!this.#lost) this.#passed(tree)
    }
    return tree
  }
}

function latin1OfBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1')
}
