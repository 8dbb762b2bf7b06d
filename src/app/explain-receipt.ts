import { PortcullisError } from '../kernel/errors.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import type { Explanation } from '../kernel/policy/explain.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'
import type { Receipt, RecordedDecision } from '../kernel/receipt/receipt.ts'
import { type PolicyPlaces, policiesNamed } from './compare-policies.ts'
import { ledgerDirectory } from './data-files.ts'
import { readingRequests, requestUnlessErased } from './privacy/recorded-requests.ts'
import { findReceipt } from './read-receipts.ts'
import { setWithPastList, withKeptList } from './resources/kept-lists.ts'

/** What a receipt says, and why it came out so. */
export interface ReceiptExplanation {
  /** The receipt of the decision, also where that of its effect was asked for. */
  readonly receipt: Receipt
  /** By the very version that decided, from what it read. */
  readonly explanation?: Explanation
  /** Why there is none. */
  readonly unexplained?: 'no_decision' | 'not_recorded' | 'erased' | 'version_gone'
  /** The policies in force decide otherwise by now. */
  readonly now?: Pick<Decision, 'version' | 'effect' | 'reason'>
  /** This program makes another decision of it than the receipt says. */
  readonly disagrees: boolean
}

/**
 * Explains a decision that was made, by its receipt's id or place. Values that speak of secrets are
 * hidden in the explanation.
 * @throws PortcullisError `LEDGER_RECEIPT_UNKNOWN`, `REQUEST_UNREADABLE`, `POLICY_VERSION_CORRUPT`.
 */
export async function explainReceipt(
  which: string,
  places: PolicyPlaces,
): Promise<ReceiptExplanation> {
  const receipt = decisionOf(which, places)
  const { decision, id } = receipt
  if (decision === undefined) return { receipt, unexplained: 'no_decision', disagrees: false }
  const recorded = await readingRequests(places, (reader) => requestUnlessErased(reader, id))
  if (recorded === undefined) return { receipt, unexplained: 'not_recorded', disagrees: false }
  if (recorded === 'erased') return { receipt, unexplained: 'erased', disagrees: false }
  const { request } = recorded
  const now = decisionNow(request, decision, places)
  const set =
    unlessUnknown(() => policiesNamed(decision.version, places).set) ??
    setWithPastList(decision.version, request.resource, places)
  if (set === undefined) return { receipt, unexplained: 'version_gone', ...now, disagrees: false }
  const explanation = set.explain(request)
  const disagrees = explanation.decision.effect !== decision.effect
  return { receipt, explanation, ...now, disagrees }
}

/** An effect names the decision it came of. */
function decisionOf(which: string, { dataDir }: PolicyPlaces): Receipt {
  const directory = ledgerDirectory(dataDir)
  const receipt = findReceipt(directory, which)
  const of = receipt.effect?.of
  return of === undefined ? receipt : findReceipt(directory, of)
}

function decisionNow(
  request: PolicyRequest,
  { version: then, effect }: RecordedDecision,
  places: PolicyPlaces,
): Pick<ReceiptExplanation, 'now'> {
  const active = unlessUnknown(() => policiesNamed('active', places))
  if (active === undefined || active.version === then) return {}
  const set = withKeptList(active.set, request.resource, places.dataDir)
  const decision = set.decide(request)
  if (decision.effect === effect) return {}
  const { version, reason } = decision
  return { now: { version, effect: decision.effect, reason } }
}

function unlessUnknown<T>(find: () => T): T | undefined {
  try {
    return find()
  } catch (error) {
    const unknown = error instanceof PortcullisError && error.code === 'POLICY_VERSION_UNKNOWN'
    if (unknown) return undefined
    throw error
  }
}
