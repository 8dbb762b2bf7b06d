/** Who may approve: whoever has the role, is in the team, or is that very principal. */
export interface Approver {
  readonly by: 'role' | 'team' | 'principal'
  readonly name: string
}

/**
 * A consent that a policy demands, as the vocabulary declares it:
 *
 *     approval supervisor_approval {
 *       approver: role("supervisor"), quorum: 1, ttl: 15m, not: requester,
 *       escalate: role("director") after 5m
 *     }
 */
export interface Approval {
  readonly name: string
  readonly approver: Approver
  /** How many different principals have to approve. */
  readonly quorum: number
  /** How long the request for it, and the consent once given, stand; in milliseconds. */
  readonly ttlMs: number
  /** The one who asks must not be among those who approve. */
  readonly notRequester: boolean
  /** Who may approve too, once nobody has for `afterMs` milliseconds. */
  readonly escalation?: { readonly approver: Approver; readonly afterMs: number }
}
