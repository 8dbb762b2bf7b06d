/**
 * Every event that a receipt can tell of beside actions, and the kind of that receipt: the closed
 * list. When each is written stands in `docs/spec/receipts.md`, and a test holds the two together.
 */
export const EVENTS = {
  'runtime.started': 'lifecycle',
  'runtime.recovered': 'lifecycle',
  'runtime.stopped': 'lifecycle',
  'ledger.recovered': 'lifecycle',
  'clock.jumped_back': 'lifecycle',
  'tenant.opened': 'lifecycle',
  'session.opened': 'lifecycle',
  'session.ended': 'lifecycle',
  'config.loaded': 'config',
  'policy.activated': 'config',
  'policy.rejected': 'config',
  'policy.reload_requested': 'admin',
  'agent.token_issued': 'admin',
  'agent.key_added': 'admin',
  'agent.key_removed': 'admin',
  'agent.registration_opened': 'admin',
  'approver.token_issued': 'admin',
  'agent.suspended': 'admin',
  'agent.resumed': 'admin',
  'agent.revoked': 'admin',
  'human.suspended': 'admin',
  'human.resumed': 'admin',
  'human.revoked': 'admin',
  'session.revoked': 'admin',
  'credential.revoked': 'admin',
  'person.logged_in': 'lifecycle',
  'account.changed': 'admin',
  'api_token.created': 'admin',
  'role.granted': 'admin',
  'role.revoked': 'admin',
  'member.added': 'admin',
  'member.removed': 'admin',
  'oauth.token_issued': 'lifecycle',
  'oauth.client_registered': 'lifecycle',
  'oauth.consent_given': 'lifecycle',
  'budget.reset': 'admin',
  'key.change_requested': 'admin',
  'admin.refused': 'refusal',
  'acl.changed': 'admin',
  'payload.shown': 'admin',
  'hold.added': 'admin',
  'hold.removed': 'admin',
  'erasure.refused': 'refusal',
  'subject.erased': 'erasure',
  'subject.erased_again': 'erasure',
  'subject.stays_erased': 'erasure',
  'retention.applied': 'erasure',
  'upstream.connected': 'resource',
  'upstream.disconnected': 'resource',
  'upstream.failed': 'resource',
  'upstream.tools_changed': 'resource',
  'tool.signature_refused': 'refusal',
  'tool.key_changed': 'alert',
  'approval.requested': 'approval',
  'approval.approved': 'approval',
  'approval.granted': 'approval',
  'approval.denied': 'approval',
  'approval.escalated': 'approval',
  'approval.expired': 'approval',
  'approval.consumed': 'approval',
  'approval.void': 'approval',
  'key.rotated': 'key',
  'key.stopped': 'key',
  'key.retired': 'key',
  'key.compromised': 'key',
  'trust.published': 'key',
  'authentication.throttled': 'alert',
  'tenant.crossed': 'alert',
  'ca.rotated': 'key',
  'certificate.replaced': 'config',
  'certificate.rejected': 'config',
  'certificate.expiring': 'alert',
  'svid.issued': 'admin',
  'attestation.refused': 'refusal',
  'launch.stranger_refused': 'refusal',
  'refusals.repeated': 'alert',
  'refusals.summed': 'alert',
  'witness.forked': 'alert',
  'ledger.damaged': 'alert',
} as const satisfies Record<string, EventKind>

/** The name of an event. A name that is not in the list does not compile. */
export type EventName = keyof typeof EVENTS

/** Kinds of receipts that are about an action, from being asked to its outcome. */
export const ACTION_KINDS = ['decision', 'refusal', 'effect'] as const
/** Kinds of receipts that are about an event. */
export const EVENT_KINDS = [
  'lifecycle',
  'approval',
  'key',
  'config',
  'admin',
  'alert',
  'message',
  'resource',
  'erasure',
] as const
/** Every kind of receipt. */
export const RECEIPT_KINDS = [...ACTION_KINDS, ...EVENT_KINDS] as const

export type ReceiptKind = (typeof RECEIPT_KINDS)[number]
/** A refusal can tell of an event too: what an operator asked for and was refused. */
type EventKind = (typeof EVENT_KINDS)[number] | 'refusal'
