import type { ActorLink } from '../identity/principal.ts'

/** What a label is called: in policies, in receipts and in `run.labels`. */
export const LABEL_NAME = /^[a-z][a-z0-9_]{0,31}$/

/** Of the rule above, for people. */
export const LABEL_NAME_IN_WORDS = 'a small letter, then at most 31 small letters, digits or `_`'

/** A label that a run has, and the receipt of the decision that gave it. */
export interface Taint {
  readonly label: string
  readonly receipt: string
}

/**
 * What policies read under `run.labels`. A null among them stands for any label whatever: to look
 * for one that is not there is then an error, as it is with any value of another type, and denies.
 */
export interface RunLabels {
  readonly labels: readonly (string | null)[]
  readonly taints: readonly Taint[]
}

export const UNLABELLED: RunLabels = { labels: [], taints: [] }

/**
 * Whose labels a call reads, and who has those that it gives: every agent and service of the chain,
 * since what one of them reads all of them may come to know. A person who acts alone has their own;
 * whoever is acted for has none, or one agent's labels would be every other's.
 */
export function labelHolders(chain: readonly ActorLink[]): readonly string[] {
  const acting = chain.filter(({ kind }) => kind !== 'human')
  const holders = acting.length > 0 ? acting : chain.slice(-1)
  return [...new Set(holders.map(({ kind, id }) => `${kind} ${id}`))]
}
