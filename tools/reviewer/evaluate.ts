/** What the reviewer finds of sources that it was not taught, with intervals. */
import type { Classifier } from '../../src/kernel/tools/review/classifier.ts'
import type { CatalogueEntry, Review } from '../../src/kernel/tools/review/review.ts'
import { reviewTool } from '../../src/kernel/tools/review/review-tool.ts'
import { ADAPTIVE_SOURCE, type Row, withoutNearTo } from './corpus.ts'
import { learn } from './learn.ts'

export interface Judged {
  readonly row: Row
  /** With rules and classifier. */
  readonly review: Review
  /** With the rules alone. */
  readonly byRules: Review
}

/** Reviews every row with a classifier that knows neither its source nor anything like it. */
export function leaveOneSourceOut(rows: readonly Row[]): readonly Judged[] {
  const teachable = rows.filter(({ source }) => source !== ADAPTIVE_SOURCE)
  return [...Map.groupBy(rows, ({ source }) => source)].flatMap(([source, held]) => {
    const others = teachable.filter((row) => row.source !== source)
    return judge(held, learn(withoutNearTo(held, others)))
  })
}

export function judge(rows: readonly Row[], classifier: Classifier): readonly Judged[] {
  const catalogues = new Map<string, readonly CatalogueEntry[]>(
    [...Map.groupBy(rows, ({ source }) => source)].map(([source, tools]) => [
      source,
      tools.map(({ server, definition }) => ({ server, tool: String(definition.name) })),
    ]),
  )
  return rows.map((row) => {
    const catalogue = row.catalogue ?? catalogues.get(row.source) ?? []
    const context = { server: row.server, catalogue }
    const byRules = reviewTool(row.definition, context)
    return { row, byRules, review: reviewTool(row.definition, { ...context, classifier }) }
  })
}

export interface Share {
  readonly count: number
  readonly of: number
}

export function share<T>(items: readonly T[], holds: (item: T) => boolean): Share {
  return { count: items.filter(holds).length, of: items.length }
}

/** The 95 % score interval of Wilson (JASA 22, 1927). */
export function wilson({ count, of }: Share): readonly [low: number, high: number] {
  if (of === 0) return [0, 1]
  const z = 1.96
  const rate = count / of
  const middle = rate + (z * z) / (2 * of)
  const spread = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)]
}

export function flagged({ recommendation }: Review): boolean {
  return recommendation !== 'approve'
}

export function rejected({ recommendation }: Review): boolean {
  return recommendation === 'reject'
}
