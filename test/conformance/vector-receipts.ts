import type { ActorLink } from '../../src/kernel/identity/principal.ts'
import { type EventPlace, eventDraft } from '../../src/kernel/receipt/event-draft.ts'
import type { ReceiptDraft, RecordedEvent } from '../../src/kernel/receipt/receipt.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../support/sample-receipts.ts'

/** Ids by number: `0199c0de-0000-7000-8000-000000000012`. */
export function vectorId(number: number): string {
  return `0199c0de-0000-7000-8000-${String(number).padStart(12, '0')}`
}

const NOON = 1_790_000_000_000

function event(
  number: number,
  about: RecordedEvent,
  place: Pick<EventPlace, 'run' | 'by'> = {},
): ReceiptDraft {
  return eventDraft(about, { id: vectorId(number), ts: NOON, ...place })
}

const SALES: readonly ActorLink[] = [
  { kind: 'human', id: 'ada', via: 'runtime' },
  {
    kind: 'agent',
    id: 'sales',
    via: 'dpop-jwt',
    version: '2.1.0',
    digest: `sha256:${'01'.repeat(32)}`,
    session: vectorId(40),
  },
]
const RESEARCH = [
  { kind: 'human', id: 'ada', via: 'runtime' },
  { kind: 'agent', id: 'research', via: 'bearer-jwt' },
] as const
const BY_ADA = {
  actor: [{ kind: 'human', id: 'ada', via: 'approver-jwt' }],
  channel: { door: 'admin', peer: 'local' },
} as const
const OPERATOR = {
  actor: [{ kind: 'human', id: 'operator', via: 'admin-socket' }],
  channel: { door: 'admin', peer: 'local' },
} as const
const CONFIG_DIGEST = `sha256:${'0c'.repeat(32)}`
const DIGEST = `sha256:${'34'.repeat(32)}`

function denied(): ReceiptDraft {
  const { effect: _effect, ...draft } = decisionDraft(vectorId(3), 'run-2')
  return {
    ...draft,
    actor: RESEARCH,
    code: 'POLICY_DENIED',
    decision: {
      ...{ effect: 'deny', reason: 'explicit_deny', version: `sha256:${'12'.repeat(32)}` },
      ...{ obligations: [], errors: [] },
      rules: [
        {
          ...{ policy: 'need_to_know', rule: 'deny', file: 'policies/customers.policy' },
          ...{ line: 10, column: 3, says: 'Customer data stays with sales.' },
          text: '  deny: slack.* unless principal.roles.contains("sales")',
        },
      ],
    },
  }
}

function detailed(): ReceiptDraft {
  const draft = decisionDraft(vectorId(11), 'run-4')
  return {
    ...draft,
    actor: SALES,
    action: {
      ...{ operation: 'slack.post_message', server: 'slack', risk: 'high', schema: DIGEST },
      resource: { type: 'tool', id: 'slack.post_message' },
    },
    in: {
      ...{ digest: `hmac-sha256:${'56'.repeat(32)}`, bytes: 52 },
      ...{ subject: 'p-7f3a', sealed: true, type: 'application/json' },
    },
    sandbox: { tier: 'vm', image: DIGEST, profile: DIGEST, egress: DIGEST },
    spend: [{ budget: 'llm', amount: 0.05 }],
    detail: { considered: ['policies/sales.policy:9 deny'] },
  }
}

function failed(): ReceiptDraft {
  const { out: _out, redactions: _r, ...draft } = effectDraft(vectorId(7), vectorId(6), 'run-3')
  return { ...draft, code: 'UPSTREAM_REFUSED', effect: { state: 'failed', of: vectorId(6) } }
}

function unknown(): ReceiptDraft {
  const { out: _out, redactions: _r, cost: _c, ...draft } = effectDraft('', '', 'run-3')
  return { ...draft, id: vectorId(9), effect: { state: 'unknown', of: vectorId(8) } }
}

function oddCharacters(): ReceiptDraft {
  return {
    ...refusalDraft(vectorId(5), 'run “4” \u0000\u001f\\ "😀" \ufb33'),
    action: { operation: 'näme\n', resource: { type: 'tool', id: '€' } },
    cost: { ms: 0.000001 },
  }
}

const APPROVAL = {
  ...{ request: vectorId(41), binding: `hmac-sha256:${'78'.repeat(32)}`, names: ['supervisor'] },
  ...{ by: ['ada'], expires: NOON + 3_600_000 },
}

/** The receipts of the sample log in order, each with the name of the file that holds it. */
export const VECTOR_RECEIPTS: readonly (readonly [name: string, draft: ReceiptDraft])[] = [
  ['lifecycle', event(0, { name: 'runtime.started', detail: 'portcullis 0.1.0' })],
  ['decision', decisionDraft(vectorId(1))],
  ['effect', effectDraft(vectorId(2), vectorId(1))],
  ['denied', denied()],
  ['refusal', refusalDraft(vectorId(4), 'run-2')],
  ['odd-characters', oddCharacters()],
  ['dispatched', decisionDraft(vectorId(6), 'run-3')],
  ['failed', failed()],
  ['lost', decisionDraft(vectorId(8), 'run-3')],
  ['unknown', unknown()],
  ['last-of-run', refusalDraft(vectorId(10))],
  ['detailed', detailed()],
  [
    'cost',
    {
      ...effectDraft(vectorId(12), vectorId(11), 'run-4'),
      cost: { ms: 812.25, tokens: { in: 1200, out: 90 }, micros: 4_100 },
      spend: [{ budget: 'llm', amount: 0.0041 }],
      detail: { paths: ['args.text', 'result.content.*.text'] },
    },
  ],
  ['config', event(13, { name: 'config.loaded', detail: 'in force', digest: CONFIG_DIGEST })],
  ['admin', event(14, { name: 'budget.reset', detail: 'llm agent sales' }, { by: OPERATOR })],
  [
    'approval',
    {
      ...event(15, { name: 'approval.granted', detail: '1 of 1' }, { run: 'run-4', by: BY_ADA }),
      approval: APPROVAL,
    },
  ],
  [
    'alert',
    event(16, {
      ...{ name: 'refusals.summed', detail: 'mcp 192.0.2.7', count: 412, since: NOON - 60_000 },
      codes: [
        { code: 'IDENTITY_INVALID', count: 12 },
        { code: 'IDENTITY_MISSING', count: 400 },
      ],
    }),
  ],
  [
    'resource',
    event(17, { name: 'upstream.connected', detail: 'slack: 7 tools', digest: DIGEST, count: 7 }),
  ],
  [
    'clock',
    { ...event(18, { name: 'clock.jumped_back', detail: '2 s' }), clock: { back_ms: 2_000 } },
  ],
  [
    'admin-refused',
    {
      ...event(19, { name: 'admin.refused', detail: 'POST /v1/policies/push' }, { by: OPERATOR }),
      code: 'POLICY_INVALID',
    },
  ],
]
