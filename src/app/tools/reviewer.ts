import type { ToolReviewed } from '../../contract/tools.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Named } from './pin-book.ts'

/** What is read beside a definition. */
export interface ReviewContext {
  readonly server: string
  /** All tools that there are, of the same server too. */
  readonly catalogue: readonly Named[]
}

/** Reads what a tool says of itself, for whoever decides about it. Pure, and it never throws. */
export type ToolReviewer = (definition: JsonObject, context: ReviewContext) => ReviewedText

type Finding = ToolReviewed['findings'][number]

interface ReviewedText extends Readonly<Omit<ToolReviewed, 'of' | 'findings'>> {
  readonly findings: readonly (Readonly<Omit<Finding, 'span'>> & {
    readonly span: readonly [from: number, to: number]
  })[]
}
