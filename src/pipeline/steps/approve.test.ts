import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, DENIED, inMemoryPorts, SALES } from '../../../test/support/in-memory-ports.ts'
import { demanded, SUPERVISOR, voter } from '../../../test/support/sample-approvals.ts'
import type { Action, ToolCall } from '../../kernel/action.ts'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import { DEFAULT_APPROVAL_LIMITS } from '../approvals/desk.ts'
import { guard } from '../guard.ts'
import type { GuardRequest, Outcome, Ports } from '../ports.ts'
import { callOf } from './meet.ts'

const LLM = { unit: 'USD', limit: 1, perMs: 86_400_000, perAgent: true }

const REQUEST: GuardRequest & { readonly action: ToolCall } = {
  action: { kind: 'tool.call', server: 'desk', tool: 'echo', args: { to: 'ada@example.org' } },
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
}

const HELD: Decision = {
  ...ALLOWED,
  effect: 'require_approval',
  reason: 'approval_required',
  approvals: [demanded(SUPERVISOR)],
}

/** What the policies decide: held until the approval is there, then as given. */
const heldThen =
  (second: Decision, first: Decision = HELD) =>
  ({ approved = [] }: PolicyRequest): Decision =>
    approved.includes(SUPERVISOR.name) ? second : first

interface Run {
  readonly ports: ReturnType<typeof inMemoryPorts>
  /** Id of the request for approval, once the call waits. */
  readonly held: Promise<string>
  readonly outcome: Promise<Outcome>
}

/** A call that comes to be held. `broken` replaces ports as they are when it comes. */
function call(
  ports: ReturnType<typeof inMemoryPorts>,
  { request = REQUEST, broken = {} }: { request?: GuardRequest; broken?: Partial<Ports> } = {},
): Run {
  const heard = Promise.withResolvers<string>()
  const onHeld = (held: { request: string }) => heard.resolve(held.request)
  const outcome = guard({ ...request, onHeld }, { ...ports, ...broken })
  void outcome.then((it) => heard.reject(new Error(JSON.stringify(it))))
  heard.promise.catch(() => undefined)
  return { ports, held: heard.promise, outcome }
}

const approve = ({ approvals }: Run['ports'], id: string) =>
  approvals.vote(id, { voter: voter('ada'), verdict: 'approve' })

const left = ({ receipts }: Run['ports']) =>
  receipts.map(({ kind, event, effect, code }) =>
    [kind, event?.name ?? effect?.state ?? code].join(' '),
  )

test('an approved action is decided twice, and carried out under the second decision', async () => {
  const run = call(inMemoryPorts({ decide: heldThen(ALLOWED) }))
  const id = await run.held
  assert.deepEqual(run.ports.received, [])
  await approve(run.ports, id)
  const outcome = await run.outcome
  assert.equal(outcome.kind, 'done')
  assert.deepEqual(left(run.ports), [
    'approval approval.requested',
    'decision held',
    'approval approval.approved',
    'approval approval.granted',
    'approval approval.consumed',
    'decision dispatched',
    'effect confirmed',
  ])
  assert.equal(run.ports.receipts[1]?.decision?.rules[0]?.rule, 'require')
  const dispatched = run.ports.receipts.at(-2)
  assert.deepEqual(dispatched?.approval?.by, ['ada'])
  assert.equal(dispatched?.id, outcome.receipt)
})

interface Ending {
  readonly name: string
  /** What the policies decide once the approval is there. */
  readonly second?: Decision
  readonly ttlMs?: number
  /** What happens while the call waits. */
  readonly meanwhile: (run: Run, id: string) => Promise<unknown> | unknown
  readonly code: ErrorCode
  readonly state: string
}

const OTHER: Decision = { ...ALLOWED, version: 'sha256:11' }

const ENDINGS: readonly Ending[] = [
  {
    name: 'a denial by an approver refuses it',
    meanwhile: ({ ports }, id) =>
      ports.approvals.vote(id, { voter: voter('ada'), verdict: 'deny' }),
    code: 'APPROVAL_DENIED',
    state: 'denied',
  },
  {
    name: 'a deny that holds by the time it is approved wins over the approval',
    second: DENIED,
    meanwhile: ({ ports }, id) => approve(ports, id),
    code: 'POLICY_DENIED',
    state: 'consumed',
  },
  {
    name: 'a decision of other policies is not what was approved',
    second: OTHER,
    meanwhile: ({ ports }, id) => approve(ports, id),
    code: 'APPROVAL_VOID',
    state: 'consumed',
  },
  {
    name: 'a decision that wants yet another approval is not covered',
    second: { ...HELD, approvals: [demanded({ ...SUPERVISOR, name: 'legal' })] },
    meanwhile: ({ ports }, id) => approve(ports, id),
    code: 'APPROVAL_VOID',
    state: 'consumed',
  },
  {
    name: 'it expires',
    ttlMs: 60_000,
    meanwhile: ({ ports }) => ports.time.advance(60_000),
    code: 'APPROVAL_EXPIRED',
    state: 'expired',
  },
  {
    name: 'the wait is over',
    meanwhile: ({ ports }) => ports.time.advance(DEFAULT_APPROVAL_LIMITS.waitMs),
    code: 'APPROVAL_PENDING',
    state: 'pending',
  },
  {
    name: 'the runtime stops',
    meanwhile: ({ ports }) => ports.approvals.release(),
    code: 'APPROVAL_PENDING',
    state: 'pending',
  },
]

for (const { name, second = ALLOWED, ttlMs = SUPERVISOR.ttlMs, ...rest } of ENDINGS) {
  const { meanwhile, code, state } = rest
  const approvals = [demanded({ ...SUPERVISOR, ttlMs })]
  test(`${name}: refused with ${code}, and nothing is carried out`, async () => {
    const run = call(inMemoryPorts({ decide: heldThen(second, { ...HELD, approvals }) }))
    const id = await run.held
    await meanwhile(run, id)
    const outcome = await run.outcome
    assert.deepEqual([outcome.kind, 'code' in outcome && outcome.code], ['refused', code])
    assert.deepEqual(run.ports.received, [])
    assert.equal(run.ports.receipts.at(-1)?.code, code)
    assert.equal(run.ports.receipts.at(-1)?.approval?.request, id)
    assert.equal(run.ports.approvals.get(id).state, state)
  })
}

test('a call whose client has left is not carried out, and the next one may be', async () => {
  const client = new AbortController()
  const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
  const run = call(ports, { request: { ...REQUEST, gone: client.signal } })
  const id = await run.held
  client.abort()
  const refused = await run.outcome
  assert.deepEqual('code' in refused && refused.code, 'APPROVAL_PENDING')
  await approve(ports, id)
  const outcome = await guard(REQUEST, ports)
  assert.equal(outcome.kind, 'done')
  assert.equal(ports.received.length, 1)
})

test('a consent that comes as the client leaves is not used', async () => {
  const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
  // It says so too late to be heard, as where both come in one turn of the event loop.
  const deaf = () => undefined
  const gone = { aborted: false, addEventListener: deaf, removeEventListener: deaf }
  const run = call(ports, { request: { ...REQUEST, gone } })
  const id = await run.held
  gone.aborted = true
  await approve(ports, id)
  const outcome = await run.outcome
  assert.equal('code' in outcome && outcome.code, 'APPROVAL_PENDING')
  assert.equal(ports.approvals.get(id).state, 'granted')
})

test('each part of the action is bound: agent, operation, resource and arguments', async () => {
  const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
  const id = await call(ports).held
  const { action } = REQUEST
  const others: readonly Action[] = [
    { ...action, args: { to: 'eve@example.org' } },
    { ...action, tool: 'shout' },
    { ...action, server: 'other' },
  ]
  for (const other of others) {
    const again = await call(ports, { request: { ...REQUEST, action: other } }).held
    assert.notEqual(again, id)
  }
  assert.equal(await call(ports).held, id)
  ports.approvals.release()
})

test('a credential that expired during the wait refuses it, and the consent stays', async () => {
  const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
  let asked = 0
  const identities: Ports['identities'] = {
    verify(credential, now) {
      if (asked++ === 0) return ports.identities.verify(credential, now)
      throw new PortcullisError('IDENTITY_EXPIRED', 'too late')
    },
  }
  const run = call(ports, { broken: { identities } })
  const id = await run.held
  await approve(ports, id)
  const outcome = await run.outcome
  assert.equal('code' in outcome && outcome.code, 'IDENTITY_EXPIRED')
  assert.equal(ports.approvals.get(id).state, 'granted')
})

test('who waits counts against no rate, and counts once when it goes on', async () => {
  const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
  const { held, outcome } = call(ports)
  const id = await held
  const now = ports.time.now()
  const asked = () => ports.usage.peek(callOf(REQUEST.action, SALES, now)).usage
  // Whoever looks is counted as well.
  assert.deepEqual([asked().calls_last_minute, asked().calls_in_flight], [1, 1])
  await approve(ports, id)
  await outcome
  assert.deepEqual([asked().calls_last_minute, asked().calls_in_flight], [2, 1])
})

test('a budget that is empty by then refuses it, though it is approved', async () => {
  const spend = { kind: 'spend', budget: 'llm', amount: 2 } as const
  const { source } = demanded(SUPERVISOR)
  const dear: Decision = {
    ...{ ...ALLOWED, effect: 'allow_with_conditions' },
    obligations: [{ obligation: spend, source }],
  }
  const ports = inMemoryPorts({ decide: heldThen(dear), budgets: { llm: LLM } })
  const { held, outcome } = call(ports)
  await approve(ports, await held)
  const refused = await outcome
  assert.equal('code' in refused && refused.code, 'BUDGET_EXCEEDED')
  assert.deepEqual(ports.received, [])
})

test('approvers are shown the arguments without what the policy redacts', async () => {
  const obligation = { kind: 'redact', fields: [], patterns: ['email'] } as const
  const obligations = [{ obligation, source: demanded(SUPERVISOR).source }]
  const run = call(inMemoryPorts({ decide: () => ({ ...HELD, obligations }) }))
  const { asked } = run.ports.approvals.get(await run.held)
  assert.equal(asked.args, '{"to":"[redacted:email]"}')
  assert.doesNotMatch(JSON.stringify(run.ports.receipts), /example\.org/)
  run.ports.approvals.release()
  await run.outcome
})

test('an approval without any approver named is an error, which refuses', async () => {
  const ports = inMemoryPorts({ decide: () => ({ ...HELD, approvals: [] }) })
  const outcome = await guard(REQUEST, ports)
  assert.equal('code' in outcome && outcome.code, 'DECISION_FAILED')
})

test('whichever receipt cannot be written, nothing is carried out before all are', async () => {
  for (let nth = 1; nth <= 7; nth++) {
    const ports = inMemoryPorts({ decide: heldThen(ALLOWED) })
    let uses = 0
    const append = ports.ledger.append
    Object.assign(ports.ledger, {
      append: (draft: Parameters<typeof append>[0]) =>
        ++uses >= nth
          ? Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'full'))
          : append(draft),
    })
    const run = call(ports)
    const id = await run.held.catch(() => undefined)
    if (id !== undefined) await approve(ports, id).catch(() => ports.approvals.release())
    const outcome = await run.outcome
    assert.equal(outcome.kind, 'refused')
    assert.equal(ports.received.length, nth === 7 ? 1 : 0, `receipt ${nth}`)
  }
})
