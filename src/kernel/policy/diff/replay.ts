import type { JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import type { RuleRef } from '../decision.ts'
import type { PolicyRequest } from '../policy-request.ts'
import type { ErasedRequest, RecordedRequest } from '../recorded-request.ts'
import { type Change, changeBetween, type Outcome, outcomeOf } from './compare-decisions.ts'
import type { Sets } from './witnesses.ts'

/** A request that was really made, and that the two versions decide differently. */
export interface ReplayedChange {
  /** Id of the receipt of its decision, and when that was, in milliseconds since the epoch. */
  readonly receipt: string
  readonly at: number
  readonly principal: string
  readonly operation: string
  readonly resource: string
  readonly change: Exclude<Change, 'same'>
  readonly before: Outcome
  readonly after: Outcome
  readonly rulesBefore: readonly RuleRef[]
  readonly rulesAfter: readonly RuleRef[]
}

export interface Replay {
  readonly replayed: number
  /** Recorded requests that nobody can open any more, because their subjects were erased. */
  readonly erased: number
  /** Every decision that changes, in the order in which they were made. */
  readonly changes: readonly ReplayedChange[]
}

/** How many requests are decided between two reports of progress. */
const REPORT_EVERY = 1_000

/** Decides recorded requests under both versions, with what was read then: its time too. */
export function replay(
  requests: Iterable<RecordedRequest | ErasedRequest>,
  { before, after }: Sets,
  onProgress: (done: number) => void = () => undefined,
): Replay {
  const changes: ReplayedChange[] = []
  let replayed = 0
  let erased = 0
  for (const recorded of requests) {
    if ((replayed + erased + 1) % REPORT_EVERY === 0) onProgress(replayed + erased + 1)
    if ('erased' in recorded) {
      erased++
      continue
    }
    replayed++
    const { receipt, at, request } = recorded
    const [a, b] = [before.decide(request), after.decide(request)]
    const outcomes = { before: outcomeOf(a), after: outcomeOf(b) }
    const change = changeBetween(outcomes.before, outcomes.after)
    if (change === 'same') continue
    const { operation, resource } = request
    const what = { operation, resource: resource.id, principal: principalOf(request) }
    const rules = { rulesBefore: a.determining, rulesAfter: b.determining }
    changes.push({ receipt, at, ...what, change, ...outcomes, ...rules })
  }
  return { replayed, erased, changes }
}

/** Who asked, as the request says it; empty when it does not. */
export function principalOf({ attributes }: PolicyRequest): string {
  const { principal } = attributes
  const id: JsonValue | undefined = isJsonObject(principal) ? principal.id : undefined
  return typeof id === 'string' ? id : ''
}
