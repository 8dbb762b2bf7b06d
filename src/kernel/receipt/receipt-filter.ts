import { permits } from '../policy/decision.ts'
import { glob } from '../policy/evaluate/glob.ts'
import type { ReceiptKind } from './events.ts'
import type { Receipt } from './receipt.ts'

/** What receipts can be chosen by. */
export const FILTER_FIELDS = [
  'kind',
  'run',
  'agent',
  'human',
  'operation',
  'resource',
  'effect',
  'decision',
  'event',
  'rule',
  'code',
  'approval',
  'label',
] as const

export type FilterField = (typeof FILTER_FIELDS)[number]

/**
 * Which receipts are wanted; a member that is absent does not choose. In each text but that of a
 * kind a `*` stands for any stretch: `slack.*`.
 */
export interface ReceiptFilter {
  readonly kind?: ReceiptKind
  readonly run?: string
  /** Name of an agent in the actor chain. */
  readonly agent?: string
  /** Name of a human in the actor chain. */
  readonly human?: string
  /** `slack.post_message`, `memory.read`. */
  readonly operation?: string
  /** What it was done to: `crm/customers`. */
  readonly resource?: string
  /** As `outcomeOf` says it: `deny`, `confirmed`, `refused`, `policy.activated`. */
  readonly effect?: string
  /** What was decided: `allow`, `deny`. */
  readonly decision?: string
  readonly event?: string
  /** Of a rule that settled it: the name of its policy, or its place, `sales.policy:3`. */
  readonly rule?: string
  /** Why a request was refused or an effect failed. */
  readonly code?: string
  /** Id of a request for approval. */
  readonly approval?: string
  /** A label that was given, or held, or that led to a denial; `-` where none was in the end. */
  readonly label?: string
  /** Not before this time and not after that, in milliseconds since the epoch. */
  readonly since?: number
  readonly until?: number
}

/** Stands for the labels of an outcome that gave none of those held for it. */
const NO_LABEL = '-'

/** All that a receipt can be found by, in one field any number of times. */
export function termsOf(receipt: Receipt): readonly (readonly [FilterField, string])[] {
  const { kind, run, actor, action, decision, event, code, approval } = receipt
  const { labels, taints = [] } = receipt
  const terms: [FilterField, string][] = [
    ['kind', kind],
    ['run', run],
    ['effect', outcomeOf(receipt)],
  ]
  for (const link of actor) if (link.kind !== 'service') terms.push([link.kind, link.id])
  if (action !== undefined) {
    terms.push(['operation', action.operation], ['resource', action.resource.id])
  }
  if (decision !== undefined) terms.push(['decision', decision.effect])
  for (const { policy, file, line } of decision?.rules ?? []) {
    terms.push(['rule', policy], ['rule', `${file}:${line}`])
  }
  if (event !== undefined) terms.push(['event', event.name])
  if (code !== undefined) terms.push(['code', code])
  if (approval !== undefined) terms.push(['approval', approval.request])
  for (const label of labels ?? []) terms.push(['label', label])
  if (labels?.length === 0) terms.push(['label', NO_LABEL])
  for (const { label } of taints) terms.push(['label', label])
  return terms
}

/** Is this text what a filter asks for? */
export function matcher(wanted: string): (text: string) => boolean {
  return isPattern(wanted) ? glob(wanted) : (text) => text === wanted
}

export function isPattern(wanted: string): boolean {
  return /[*\\]/.test(wanted)
}

/** The fields that a filter chooses by, and what it wants of each. */
export function wantedTerms(filter: ReceiptFilter): readonly (readonly [FilterField, string])[] {
  return FILTER_FIELDS.flatMap((field) => {
    const wanted = filter[field]
    return wanted === undefined ? [] : [[field, wanted] as const]
  })
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

export function matches(receipt: Receipt, filter: ReceiptFilter): boolean {
  return isWithin(receipt, filter) && hasTerms(receipt, filter)
}

/** Does everything hold that the filter asks for but the time? */
export function hasTerms(receipt: Receipt, filter: ReceiptFilter): boolean {
  const wanted = wantedTerms(filter)
  if (wanted.length === 0) return true
  const terms = termsOf(receipt)
  return wanted.every(([field, text]) => {
    const isWanted = matcher(text)
    return terms.some(([of, own]) => of === field && isWanted(own))
  })
}

/** Is it of the time that the filter asks for? */
export function isWithin({ ts }: Receipt, { since, until }: ReceiptFilter): boolean {
  return (since === undefined || ts >= since) && (until === undefined || ts <= until)
}
