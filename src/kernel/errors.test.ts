import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, ERRORS, PortcullisError, unreachable } from './errors.ts'

/** What scripts, receipts and clients rely on. Removing or renumbering one breaks them. */
const PINNED: readonly (readonly [code: string, http: number])[] = [
  ['IDENTITY_MISSING', 401],
  ['IDENTITY_INVALID', 401],
  ['IDENTITY_UNPROVED', 401],
  ['IDENTITY_EXPIRED', 401],
  ['IDENTITY_UNKNOWN', 401],
  ['IDENTITY_MISDIRECTED', 401],
  ['POLICY_DENIED', 403],
  ['DECISION_FAILED', 403],
  ['OBLIGATION_FAILED', 403],
  ['OBLIGATION_INVALID', 400],
  ['OBLIGATION_UNFULFILLED', 403],
  ['RATE_LIMITED', 429],
  ['BUDGET_EXCEEDED', 403],
  ['BUDGET_UNKNOWN', 404],
  ['RESULT_TOO_LARGE', 403],
  ['STEP_UP_REQUIRED', 403],
  ['SANDBOX_TOO_WEAK', 403],
  ['FINALITY_UNAVAILABLE', 403],
  ['USAGE_UNAVAILABLE', 503],
  ['LEDGER_UNAVAILABLE', 503],
  ['LEDGER_BUSY', 503],
  ['LEDGER_FULL', 503],
  ['LEDGER_TENANT_REFUSED', 400],
  ['SUBJECT_INVALID', 400],
  ['SUBJECT_UNKNOWN', 403],
  ['DATA_KEYS_UNAVAILABLE', 503],
  ['DATA_KEYS_INVALID', 503],
  ['PAYLOAD_UNAVAILABLE', 503],
  ['PAYLOAD_TOO_LARGE', 413],
  ['PAYLOADS_FULL', 503],
  ['PAYLOAD_UNKNOWN', 404],
  ['PAYLOAD_ERASED', 410],
  ['PAYLOAD_INVALID', 500],
  ['HOLD_ACTIVE', 409],
  ['HOLD_UNKNOWN', 404],
  ['BUNDLE_INVALID', 400],
  ['LEDGER_RECEIPT_REJECTED', 500],
  ['LEDGER_LOCKED', 503],
  ['LEDGER_CORRUPT', 503],
  ['LEDGER_KEY_MISMATCH', 503],
  ['LEDGER_MISSING', 404],
  ['LEDGER_RECEIPT_UNKNOWN', 404],
  ['JSON_UNSUPPORTED', 400],
  ['VKEY_INVALID', 400],
  ['CHECKPOINT_INVALID', 400],
  ['CHECKPOINT_UNTRUSTED', 400],
  ['PROOF_INVALID', 400],
  ['TILE_INVALID', 400],
  ['RECEIPT_INVALID', 400],
  ['FILE_UNREADABLE', 500],
  ['FILE_UNWRITABLE', 500],
  ['KEYS_INSECURE', 500],
  ['KEYS_INCOMPLETE', 500],
  ['KEYS_INVALID', 500],
  ['TRUST_INVALID', 400],
  ['TRUST_UNTRUSTED', 400],
  ['TRUST_VERSION', 400],
  ['TRUST_CHAIN', 400],
  ['TRUST_CONTINUITY', 400],
  ['TRUST_EXPIRED', 400],
  ['TRUST_MISSING', 404],
  ['TRUST_HEAD_FORKED', 400],
  ['TRUST_LOG_CLOSED', 400],
  ['TRUST_PROOF_NEEDED', 400],
  ['KEY_TOO_EARLY', 400],
  ['KEY_RETIRED', 400],
  ['KEY_COMPROMISED', 400],
  ['KEY_TRANSITION', 409],
  ['KEY_CHANGE_INVALID', 400],
  ['ROOT_KEY_INVALID', 400],
  ['APPROVAL_PENDING', 409],
  ['APPROVAL_GRANTED', 409],
  ['APPROVAL_DENIED', 403],
  ['APPROVAL_EXPIRED', 403],
  ['APPROVAL_CONSUMED', 409],
  ['APPROVAL_VOID', 409],
  ['APPROVAL_LIMIT', 429],
  ['APPROVAL_UNAVAILABLE', 503],
  ['APPROVAL_UNKNOWN', 404],
  ['APPROVAL_FORBIDDEN', 403],
  ['APPROVAL_OWN_REQUEST', 403],
  ['APPROVAL_VOTED', 409],
  ['APPROVER_MISSING', 401],
  ['APPROVER_INVALID', 401],
  ['APPROVER_EXPIRED', 401],
  ['APPROVER_UNKNOWN', 401],
  ['POLICY_TESTS_INVALID', 400],
  ['POLICY_TESTS_MISSING', 404],
  ['CEDAR_MISSING', 500],
  ['CEDAR_NO_PLAN', 400],
  ['CEDAR_EXPORT_PARTIAL', 409],
  ['HOST_REFUSED', 403],
  ['ORIGIN_REFUSED', 403],
  ['INTROSPECTION_UNAUTHORIZED', 401],
  ['SESSION_MISSING', 400],
  ['SESSION_UNKNOWN', 404],
  ['SESSION_LIMIT', 503],
  ['CONNECTION_LIMIT', 503],
  ['REQUEST_MALFORMED_HTTP', 400],
  ['REQUEST_ROUTE_UNKNOWN', 404],
  ['REQUEST_TIMEOUT', 408],
  ['REQUEST_INCOMPLETE', 400],
  ['REQUEST_TOO_LARGE', 413],
  ['REQUEST_BUSY', 429],
  ['REQUEST_CONTENT_TYPE', 415],
  ['REQUEST_NOT_ACCEPTABLE', 406],
  ['REQUEST_INVALID_UTF8', 400],
  ['REQUEST_MALFORMED_JSON', 400],
  ['REQUEST_DUPLICATE_KEY', 400],
  ['REQUEST_TOO_DEEP', 400],
  ['REQUEST_UNSAFE_JSON', 400],
  ['REQUEST_BATCH', 400],
  ['REQUEST_INVALID', 400],
  ['REQUEST_HEADER_MISMATCH', 400],
  ['REQUEST_VERSION_UNSUPPORTED', 400],
  ['REQUEST_METHOD_UNKNOWN', 404],
  ['CONFIG_MISSING', 500],
  ['CONFIG_INVALID', 500],
  ['CONFIG_INSECURE_LISTENER', 500],
  ['POLICY_INVALID', 500],
  ['INIT_WOULD_OVERWRITE', 409],
  ['RUNTIME_NOT_RUNNING', 503],
  ['RUNTIME_ALREADY_RUNNING', 503],
  ['ADMIN_FORBIDDEN', 403],
  ['ADMIN_SOCKET_UNUSABLE', 500],
  ['ADMIN_TIMEOUT', 504],
  ['WATCH_LIMIT', 503],
  ['PLAN_INVALID', 400],
  ['FILTER_MAP_INVALID', 400],
  ['REQUEST_UNREADABLE', 500],
  ['POLICY_VERSION_UNKNOWN', 404],
  ['POLICY_VERSION_CORRUPT', 500],
  ['POLICY_VERSION_CONFLICT', 409],
  ['POLICY_TESTS_FAILED', 409],
  ['POLICY_PUSH_ONLY', 409],
  ['CHECKPOINT_NOT_HYBRID', 400],
  ['QUORUM_UNMET', 400],
  ['WITNESS_POLICY_INVALID', 400],
  ['FINALITY_TIMEOUT', 503],
  ['FINALITY_BLOCKED', 503],
  ['WITNESS_REQUEST_INVALID', 400],
  ['WITNESS_LOG_UNKNOWN', 404],
  ['WITNESS_SIGNATURE_REFUSED', 403],
  ['WITNESS_CONFLICT', 409],
  ['WITNESS_INCONSISTENT', 422],
  ['WITNESS_AHEAD', 409],
  ['WITNESS_UNREACHABLE', 502],
  ['WITNESS_PROTOCOL', 502],
  ['WITNESS_STATE_MISSING', 500],
  ['WITNESS_STATE_CORRUPT', 500],
  ['UPSTREAM_UNKNOWN', 404],
  ['UPSTREAM_UNAVAILABLE', 502],
  ['UPSTREAM_TIMEOUT', 504],
  ['UPSTREAM_REFUSED', 502],
  ['UPSTREAM_PROTOCOL', 502],
  ['INTERNAL', 500],
]

test('the codes and their HTTP status are as published', () => {
  const published = Object.fromEntries(PINNED)
  const actual = Object.entries(ERRORS).map(([code, { http }]) => [code, http])
  assert.deepEqual(Object.fromEntries(actual), published)
})

for (const [code, { agent, remedy }] of Object.entries(ERRORS)) {
  test(`${code} tells the agent one plain sentence and the operator what to do`, () => {
    assert.match(agent, /^[A-Z].*\.$/)
    assert.match(remedy, /^[^A-Z].*[^.]$|^[A-Z_]+ .*[^.]$/)
  })
}

test('what is not ours has the code INTERNAL', () => {
  assert.equal(
    codeOf(new PortcullisError('LEDGER_LOCKED', 'held by another process')),
    'LEDGER_LOCKED',
  )
  for (const thrown of [new Error('x'), 'x', undefined, { code: 'POLICY_DENIED' }]) {
    assert.equal(codeOf(thrown), 'INTERNAL')
  }
})

test('an error keeps its cause', () => {
  const cause = new Error('disk full')
  const error = new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger cannot be written', { cause })
  assert.equal(error.cause, cause)
  assert.equal(error.name, 'PortcullisError')
})

test('a variant that cannot be is an internal error that shows it', () => {
  assert.throws(() => unreachable({ kind: 'odd' } as never), {
    code: 'INTERNAL',
    message: 'unexpected variant `{"kind":"odd"}`',
  })
})
