import { permits } from '../kernel/policy/decision.ts'
import { type Observation, suggestPolicy } from '../kernel/policy/suggest/suggest-policy.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import type { PolicyPlaces } from './compare-policies.ts'
import { ledgerDirectory } from './data-files.ts'
import { readingRequests, requestUnlessErased } from './privacy/recorded-requests.ts'
import { findReceipts } from './read-receipts.ts'

/** Receipts that one draft is made from, the newest ones. */
export const MAX_OBSERVATIONS = 100_000

export interface SuggestOptions extends PolicyPlaces {
  readonly agent: string
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** A draft of a policy, and how many decisions it was made from; `recorded` of them whole. */
export interface Suggestion {
  readonly policy: string
  readonly decisions: number
  readonly recorded: number
}

/** Drafts a policy from the decisions about an agent, and from what was recorded of them. */
export async function suggestFor({ agent, since, ...places }: SuggestOptions): Promise<Suggestion> {
  const query = { limit: 2 * MAX_OBSERVATIONS, newestFirst: true, filter: { agent, since } }
  const receipts = findReceipts(ledgerDirectory(places.dataDir), query)
    .filter(({ decision }) => decision !== undefined)
    .slice(0, MAX_OBSERVATIONS)
  const observations =
    (await readingRequests(places, (reader) =>
      receipts.map((receipt) => observed(receipt, requestUnlessErased(reader, receipt.id))),
    )) ?? receipts.map((receipt) => observed(receipt, undefined))
  const recorded = observations.filter(({ request }) => request !== undefined).length
  const policy = suggestPolicy(agent, observations)
  return { policy, decisions: observations.length, recorded }
}

/** Where its subject was erased, or it was not recorded, the receipt is all there is. */
function observed(receipt: Receipt, recorded: ReturnType<typeof requestUnlessErased>): Observation {
  const request = recorded === 'erased' ? undefined : recorded?.request
  const { id, seq, ts, action, decision } = receipt
  const would = decision?.observed
  const permitted =
    (decision !== undefined && permits(decision)) || (would !== undefined && permits(would))
  return {
    ...{ receipt: id, seq, at: ts, permitted },
    ...{ operation: action?.operation ?? '', resource: action?.resource.id ?? '' },
    ...(request && { request }),
  }
}
