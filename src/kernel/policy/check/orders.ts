import type { OrderNode } from '../language/syntax.ts'

interface Rank {
  readonly order: number
  readonly rank: number
}

/**
 * The declared orders of labels. Labels compare only under one order that holds both: the alphabet
 * would put `public` above `confidential`.
 */
export class Orders {
  private readonly ranks = new Map<string, Rank[]>()
  private readonly around = new Map<string, ReadonlyMap<string, number>>()
  private readonly named = new Map<string, readonly string[]>()

  constructor(nodes: readonly OrderNode[]) {
    for (const [order, { name, labels }] of nodes.entries()) {
      this.named.set(
        name.text,
        labels.map(({ text }) => text),
      )
      for (const [rank, { text }] of labels.entries()) {
        const ranks = this.ranks.get(text)
        if (ranks === undefined) this.ranks.set(text, [{ order, rank }])
        else ranks.push({ order, rank })
      }
    }
  }

  /** What each label is to this one, where they compare: negative below it, zero, or positive. */
  ranksAround(label: string): ReadonlyMap<string, number> {
    const known = this.around.get(label)
    if (known !== undefined) return known
    const found = new Map<string, number>()
    for (const other of this.ranks.keys()) {
      const difference = this.compare(other, label)
      if (difference !== undefined) found.set(other, difference)
    }
    this.around.set(label, found)
    return found
  }

  has(label: string): boolean {
    return this.ranks.has(label)
  }

  /** The labels of one order, lowest first. */
  labelsOf(order: string): readonly string[] | undefined {
    return this.named.get(order)
  }

  names(): readonly string[] {
    return [...this.named.keys()]
  }

  /** Negative, zero or positive as `a` is below, at or above `b`; undefined without one order. */
  compare(a: string, b: string): number | undefined {
    let difference: number | undefined
    for (const left of this.ranks.get(a) ?? [])
      for (const right of this.ranks.get(b) ?? []) {
        if (left.order !== right.order) continue
        if (difference !== undefined) return undefined
        difference = left.rank - right.rank
      }
    return difference
  }
}
