import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, DENIED, inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { type ErrorCode, PortcullisError } from '../kernel/errors.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import { guard } from './guard.ts'
import type { GuardRequest, Ports } from './ports.ts'

const REQUEST: GuardRequest = {
  action: {
    kind: 'tool.call',
    server: 'slack',
    tool: 'post_message',
    args: { text: 'hi ada@example.org' },
  },
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
}

const ANSWER = { content: [{ type: 'text', text: 'from bob@example.org' }] }

const REDACTING: Decision = {
  ...ALLOWED,
  effect: 'allow_with_conditions',
  obligations: [
    {
      obligation: { kind: 'redact', fields: [], patterns: ['email'] },
      source: {
        policy: 'p',
        rule: 'require',
        file: 'policies/p.policy',
        line: 4,
        column: 3,
        text: '',
      },
    },
  ],
}

test('an allowed action is decided, recorded, carried out and recorded again', async () => {
  const ports = inMemoryPorts({ answer: ANSWER })
  const outcome = await guard(REQUEST, ports)
  assert.deepEqual(ports.steps, [
    'identify',
    'decide',
    'append decision',
    'execute',
    'append effect',
  ])
  assert.deepEqual(outcome, { kind: 'done', result: ANSWER, receipt: 'r0' })
  assert.deepEqual(ports.receipts[0]?.effect, { state: 'dispatched' })
  assert.deepEqual(ports.receipts[1]?.effect, { state: 'confirmed', of: 'r0' })
})

test('a denied action reaches no connector and leaves one receipt with the rule', async () => {
  const ports = inMemoryPorts({ decision: DENIED })
  const outcome = await guard(REQUEST, ports)
  assert.deepEqual(outcome, { kind: 'refused', code: 'POLICY_DENIED', receipt: 'r0' })
  assert.deepEqual(ports.received, [])
  assert.equal(ports.receipts.length, 1)
  assert.equal(ports.receipts[0]?.decision?.rules[0]?.line, 3)
})

test('what the policy read is recorded under the receipt of the decision', async () => {
  const ports = inMemoryPorts({ decision: DENIED })
  const outcome = await guard(REQUEST, ports)
  const [kept] = ports.recorded
  assert.equal(kept?.receipt, outcome.receipt)
  assert.equal(kept?.request.operation, 'slack.post_message')
  assert.deepEqual(kept?.request.attributes.args, { text: 'hi ada@example.org' })
  assert.doesNotMatch(JSON.stringify(kept), /good/)
})

test('what was only observed is marked in the receipt, and changes nothing', async () => {
  const { effect, reason, determining } = DENIED
  const decision = { ...ALLOWED, observed: { effect, reason, determining } }
  const ports = inMemoryPorts({ decision, answer: ANSWER })
  const outcome = await guard(REQUEST, ports)
  assert.equal(outcome.kind, 'done')
  assert.equal(ports.receipts[0]?.decision?.effect, 'allow')
  assert.deepEqual(ports.receipts[0]?.decision?.observed, { effect, reason, rules: determining })
})

test('what is redacted reaches neither side, and the receipt says where', async () => {
  const ports = inMemoryPorts({ decision: REDACTING, answer: ANSWER })
  const outcome = await guard(REQUEST, ports)
  const [sent] = ports.received
  assert.deepEqual(sent?.kind === 'tool.call' && sent.args, { text: 'hi [redacted:email]' })
  assert.deepEqual(outcome.kind === 'done' && outcome.result, {
    content: [{ type: 'text', text: 'from [redacted:email]' }],
  })
  assert.deepEqual(ports.receipts[1]?.redactions, [
    { path: 'args.text', why: 'email' },
    { path: 'result.content.0.text', why: 'email' },
  ])
  assert.doesNotMatch(JSON.stringify(ports.receipts), /example\.org/)
})

/** One port made to throw at its nth use, what the agent gets, and whether the effect happened. */
interface Throwing {
  readonly step: string
  readonly broken: (ports: Ports) => Partial<Ports>
  readonly kind: 'refused' | 'failed'
  readonly code: ErrorCode
  readonly executed: boolean
  readonly receipts: readonly string[]
}

const boom = new Error('boom')
const full = new PortcullisError('LEDGER_UNAVAILABLE', 'disk full')

function failing(ledger: Ports['ledger'], nth: number, error: Error): Ports['ledger'] {
  let uses = 0
  return { append: async (draft) => (++uses >= nth ? Promise.reject(error) : ledger.append(draft)) }
}

const THROWING: readonly Throwing[] = [
  {
    step: 'reading the clock',
    broken: ({ clock }) => ({
      clock: {
        ...clock,
        elapsed: () => {
          throw boom
        },
      },
    }),
    kind: 'refused',
    code: 'INTERNAL',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'identify',
    broken: () => ({ identities: { verify: () => Promise.reject(boom) } }),
    kind: 'refused',
    code: 'INTERNAL',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'identify, at once',
    broken: () => ({
      identities: {
        verify: () => {
          throw boom
        },
      },
    }),
    kind: 'refused',
    code: 'INTERNAL',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'reading the policy',
    broken: () => ({
      policies: {
        current: () => {
          throw boom
        },
      },
    }),
    kind: 'refused',
    code: 'DECISION_FAILED',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'deciding',
    broken: ({ policies }) => ({
      policies: {
        current: () => ({
          ...policies.current(),
          decide: () => {
            throw boom
          },
        }),
      },
    }),
    kind: 'refused',
    code: 'DECISION_FAILED',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'digesting the input',
    broken: () => ({
      digests: {
        digest: () => {
          throw boom
        },
      },
    }),
    kind: 'refused',
    code: 'INTERNAL',
    executed: false,
    receipts: ['refusal'],
  },
  {
    step: 'recording the intent',
    broken: ({ ledger }) => ({ ledger: failing(ledger, 1, full) }),
    kind: 'refused',
    code: 'LEDGER_UNAVAILABLE',
    executed: false,
    receipts: [],
  },
  {
    step: 'obliging',
    broken: () => ({
      policies: {
        current: () => ({
          version: '',
          mayAllow: () => true,
          decide: () => ({
            ...REDACTING,
            obligations: [
              // @ts-expect-error an obligation that this runtime does not know
              { obligation: { kind: 'sprinkle' }, source: REDACTING.obligations[0]?.source },
            ],
          }),
        }),
      },
    }),
    kind: 'refused',
    code: 'OBLIGATION_FAILED',
    executed: false,
    receipts: ['decision'],
  },
  {
    step: 'executing',
    broken: () => ({ connector: { execute: () => Promise.reject(boom) } }),
    kind: 'failed',
    code: 'INTERNAL',
    executed: false,
    receipts: ['decision', 'effect unknown'],
  },
  {
    step: 'executing a call that the target refused',
    broken: () => ({
      connector: {
        execute: () => Promise.reject(new PortcullisError('UPSTREAM_UNKNOWN', 'no such tool')),
      },
    }),
    kind: 'failed',
    code: 'UPSTREAM_UNKNOWN',
    executed: false,
    receipts: ['decision', 'effect failed'],
  },
  {
    step: 'recording the outcome',
    broken: ({ ledger }) => ({ ledger: failing(ledger, 2, full) }),
    kind: 'refused',
    code: 'LEDGER_UNAVAILABLE',
    executed: true,
    receipts: ['decision'],
  },
]

for (const { step, broken, kind, code, executed, receipts } of THROWING) {
  test(`an exception while ${step} is a refusal`, async () => {
    const memory = inMemoryPorts({ answer: ANSWER })
    const outcome = await guard(REQUEST, { ...memory, ...broken(memory) })
    assert.equal(outcome.kind, kind)
    assert.equal('code' in outcome && outcome.code, code)
    assert.equal('result' in outcome, false)
    assert.equal(memory.steps.includes('execute'), executed)
    const left = memory.receipts.map((receipt) =>
      receipt.kind === 'effect' ? `effect ${receipt.effect?.state}` : receipt.kind,
    )
    assert.deepEqual(left, receipts)
  })
}

test('a result that cannot be redacted is withheld, though the effect is confirmed', async () => {
  const ports = inMemoryPorts({ decision: REDACTING })
  const unreadable = {
    execute: async () => ({
      content: [],
      get structuredContent(): never {
        throw boom
      },
    }),
  }
  const outcome = await guard(REQUEST, { ...ports, connector: unreadable })
  assert.deepEqual(outcome, { kind: 'failed', code: 'OBLIGATION_FAILED', receipt: 'r0' })
  assert.equal(ports.receipts[1]?.effect?.state, 'confirmed')
})

test('no credential ever stands in a receipt', async () => {
  const ports = inMemoryPorts()
  const token = 'a-secret-token'
  await guard({ ...REQUEST, credential: { kind: 'bearer', token } }, ports)
  assert.equal(ports.receipts[0]?.code, 'IDENTITY_INVALID')
  assert.doesNotMatch(JSON.stringify(ports.receipts), new RegExp(token))
})
