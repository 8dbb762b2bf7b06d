import type { Counts } from './tally.ts'

export const CAMPAIGNS = ['decide', 'parse'] as const
export type CampaignName = (typeof CAMPAIGNS)[number]

/** A stretch of a campaign. The same seed gives the same cases, on any machine. */
export interface Batch {
  readonly campaign: CampaignName
  readonly seed: number
}

export interface BatchReport {
  readonly cases: number
  /** How many of the cases came to what. */
  readonly counts: Counts
  /** The smallest case found that breaks the law, ready to be pasted. */
  readonly failure?: string
}
