import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ask, adminDoor, ask, STATUS } from '../../../test/support/admin-door.ts'
import { PortcullisError } from '../../kernel/errors.ts'

test('the status goes out as the runtime gives it', async (t) => {
  const { socketPath } = await adminDoor(t)
  assert.deepEqual(await ask(socketPath, 'GET /v1/status'), { status: 200, body: STATUS })
})

test('a token is issued with the life and the binding that are asked for', async (t) => {
  const { socketPath } = await adminDoor(t)
  const plain = await ask(socketPath, 'POST /v1/agents/sales/tokens', { body: '{}' })
  assert.equal(plain.body.token, 'token.default.unbound')
  const dpopJkt = 'A'.repeat(43)
  const body = JSON.stringify({ ttlMs: 1000, dpopJkt })
  const bound = await ask(socketPath, 'POST /v1/agents/sales/tokens', { body })
  assert.equal(bound.body.token, `token.1000.${dpopJkt}`)
})

test('policies may be larger than other bodies; what is no policy text is refused', async (t) => {
  const { socketPath } = await adminDoor(t)
  const push = (files: unknown) =>
    ask(socketPath, 'POST /v1/policies/push', { body: JSON.stringify({ files }) })
  const large = await push([{ file: 'p/large.policy', text: ' '.repeat(100_000) }])
  assert.deepEqual([large.status, large.body.warnings], [200, ['p/large.policy']])
  const bad = await push([{ file: 'p/large.policy' }])
  assert.deepEqual([bad.status, bad.body.error.code], [400, 'REQUEST_INVALID'])
  const back = await ask(socketPath, 'POST /v1/policies/rollback', { body: '{"version":"ab12"}' })
  assert.equal(back.body.version, 'ab12')
})

const REFUSED: readonly [why: string, call: string, ask: Ask, status: number, code: string][] = [
  [
    'a life of a second less',
    'POST /v1/agents/sales/tokens',
    { body: '{"ttlMs":999}' },
    400,
    'REQUEST_INVALID',
  ],
  [
    'a life of days',
    'POST /v1/agents/sales/tokens',
    { body: '{"ttlMs":86400001}' },
    400,
    'REQUEST_INVALID',
  ],
  [
    'a life in words',
    'POST /v1/agents/sales/tokens',
    { body: '{"ttlMs":"1000"}' },
    400,
    'REQUEST_INVALID',
  ],
  [
    'a key that is none',
    'POST /v1/agents/sales/tokens',
    { body: '{"dpopJkt":"x"}' },
    400,
    'REQUEST_INVALID',
  ],
  [
    'a member that is unknown',
    'POST /v1/agents/sales/tokens',
    { body: '{"ttl":1}' },
    400,
    'REQUEST_INVALID',
  ],
  ['no body', 'POST /v1/agents/sales/tokens', {}, 400, 'REQUEST_INVALID'],
  ['no JSON', 'POST /v1/agents/sales/tokens', { body: '{' }, 400, 'REQUEST_MALFORMED_JSON'],
  [
    'a form',
    'POST /v1/agents/sales/tokens',
    { body: 'a', type: 'text/csv' },
    415,
    'REQUEST_CONTENT_TYPE',
  ],
  [
    'a long body',
    'POST /v1/agents/sales/tokens',
    { body: ' '.repeat(20_000) },
    413,
    'REQUEST_TOO_LARGE',
  ],
  [
    'a reset of more than there is',
    'POST /v1/budgets/llm/reset',
    { body: '{"all":true}' },
    400,
    'REQUEST_INVALID',
  ],
  ['a reset of no budget', 'POST /v1/budgets/lmm/reset', { body: '{}' }, 404, 'BUDGET_UNKNOWN'],
  ['another path', 'GET /v1/secrets', {}, 404, 'REQUEST_ROUTE_UNKNOWN'],
  ['another method', 'DELETE /v1/status', {}, 404, 'REQUEST_ROUTE_UNKNOWN'],
]

for (const [why, call, asked, status, code] of REFUSED) {
  test(`a request with ${why} is answered with ${code}`, async (t) => {
    const { socketPath, log, refusals } = await adminDoor(t)
    const answer = await ask(socketPath, call, asked)
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
    assert.deepEqual(Object.keys(answer.body.error), ['code', 'message', 'remedy'])
    assert.deepEqual(log.events, [])
    assert.equal(refusals.length, 1)
    assert.match(refusals[0] ?? '', new RegExp(`^${code} [A-Z]+ (/v1/|-$)`))
  })
}

test('a refusal names the route and nothing that the caller wrote into the address', async (t) => {
  const { socketPath, refusals } = await adminDoor(t)
  await ask(socketPath, 'POST /v1/agents/hunter2/tokens', { body: '{"ttlMs":1}' })
  await ask(socketPath, 'GET /v1/hunter2')
  assert.deepEqual(refusals, [
    'REQUEST_INVALID POST /v1/agents/:name/tokens',
    'REQUEST_ROUTE_UNKNOWN GET -',
  ])
})

test('what an operation throws goes out under its code; a defect is logged as well', async (t) => {
  const { socketPath, log } = await adminDoor(t, {
    reloadPolicies: async () => {
      throw new PortcullisError('POLICY_INVALID', 'the policies in force stay')
    },
    status: () => {
      throw new Error('a defect')
    },
  })
  const kept = await ask(socketPath, 'POST /v1/policies/reload')
  assert.deepEqual([kept.status, kept.body.error.message], [500, 'the policies in force stay'])
  assert.deepEqual(log.events, [])
  const broken = await ask(socketPath, 'GET /v1/status')
  assert.deepEqual([broken.status, broken.body.error.code], [500, 'INTERNAL'])
  assert.deepEqual(log.events, ['door.defect'])
})
