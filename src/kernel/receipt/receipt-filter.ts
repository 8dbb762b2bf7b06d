import { permits } from '../policy/decision.ts'
import type { ReceiptKind } from './events.ts'
import type { Receipt } from './receipt.ts'

/** Which receipts are wanted; a member that is absent does not choose. */
export interface ReceiptFilter {
  readonly kind?: ReceiptKind
  readonly run?: string
  /** Name of an agent in the actor chain. */
  readonly agent?: string
  /** `slack.post_message`, `memory.read`. */
  readonly operation?: string
  /** As `outcomeOf` says it: `deny`, `confirmed`, `refused`, `policy.activated`. */
  readonly effect?: string
  /** Id of a request for approval. */
  readonly approval?: string
}

/** What a receipt says became of the action, or the event that it tells of, in one word. */
export function outcomeOf(receipt: Receipt): string {
  switch (receipt.kind) {
    case 'decision':
      return isUnmet(receipt) ? 'refused' : (receipt.decision?.effect ?? 'undecided')
    case 'effect':
      return receipt.effect?.state ?? 'unknown'
    case 'refusal':
      return 'refused'
    default:
      return receipt.event?.name ?? receipt.kind
  }
}

/** Was it permitted under conditions that were not met? A rate, a budget, a proof. */
export function isUnmet({ kind, decision, effect, code }: Receipt): boolean {
  const permitted = decision !== undefined && permits(decision)
  return kind === 'decision' && permitted && effect === undefined && code !== undefined
}

export function matches(
  receipt: Receipt,
  { kind, run, agent, operation, effect, approval }: ReceiptFilter,
): boolean {
  return (
    (kind === undefined || receipt.kind === kind) &&
    (run === undefined || receipt.run === run) &&
    (agent === undefined ||
      receipt.actor.some(({ kind, id }) => kind === 'agent' && id === agent)) &&
    (operation === undefined || receipt.action?.operation === operation) &&
    (effect === undefined || outcomeOf(receipt) === effect) &&
    (approval === undefined || receipt.approval?.request === approval)
  )
}
