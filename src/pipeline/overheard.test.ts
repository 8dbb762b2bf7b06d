import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, DENIED, inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import { METHOD_NOT_FOUND, PeerError } from '../kernel/mcp/peer-error.ts'
import type { Obligation } from '../kernel/obligations/obligation.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import { createGate } from './gate.ts'
import { guard } from './guard.ts'
import type { Caller, Connector, McpMessage, Ports } from './ports.ts'

const REDACT: Obligation = { kind: 'redact', fields: [], patterns: ['email'] }
const [RULE] = ALLOWED.determining
assert.ok(RULE)
const REDACTING: Decision = { ...ALLOWED, obligations: [{ obligation: REDACT, source: RULE }] }

const NOTICE: McpMessage = { method: 'notifications/message', params: { data: 'to a@b.example' } }
const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: 'r' }
const heardUnder = (decision: Decision) =>
  createGate(inMemoryPorts({ decision })).overheard(
    SALES,
    { server: 'desk', notification: NOTICE },
    CHANNEL,
  )

test('what a server says unasked is heard as the policies let it out, or not at all', () => {
  assert.deepEqual(heardUnder(ALLOWED), NOTICE)
  assert.doesNotMatch(JSON.stringify(heardUnder(REDACTING)), /a@b\.example/)
  assert.equal(heardUnder(DENIED), undefined)
  assert.equal(heardUnder({ ...ALLOWED, effect: 'require_approval' }), undefined)
  const broken: Ports['policies'] = {
    current: () => {
      throw new Error('no policies')
    },
  }
  const gate = createGate({ ...inMemoryPorts(), policies: broken })
  assert.equal(gate.overheard(SALES, { server: 'desk', notification: NOTICE }, CHANNEL), undefined)
})

test('to look and to hear leaves no receipt', () => {
  const ports = inMemoryPorts()
  createGate(ports).overheard(SALES, { server: 'desk', notification: NOTICE }, CHANNEL)
  assert.deepEqual(ports.receipts, [])
})

/** Guards one call, whose server does as it is told. */
async function guarded(decision: Decision, execute: Connector['execute']) {
  const told: McpMessage[] = []
  const caller: Caller = {
    client: {
      ...{ session: 'r', identity: SALES },
      about: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} },
      tell: () => undefined,
      ask: async () => ({}),
    },
    tell: (_, notification) => void told.push(notification),
    ask: async () => ({}),
  }
  const ports = { ...inMemoryPorts({ decision }), connector: { execute } }
  const outcome = await guard(
    {
      action: { kind: 'tool.call', server: 'desk', tool: 'get', args: {} },
      credential: { kind: 'bearer', token: 'good', loopback: true },
      channel: CHANNEL,
      caller,
    },
    ports,
  )
  return { outcome, told, receipts: ports.receipts }
}

test('what a server tells while it acts leaves under the obligations of the decision', async () => {
  const { told, receipts } = await guarded(REDACTING, async (_action, _identity, around) => {
    for (let at = 0; at < 100; at++) around?.caller?.tell('desk', NOTICE)
    return {}
  })
  assert.equal(told.length, 100)
  assert.doesNotMatch(JSON.stringify(told), /a@b\.example/)
  assert.ok((receipts.at(-1)?.redactions?.length ?? 0) > 0)
})

test('the error of a server leaves under them too, bounded, and with its own code', async () => {
  const answered = {
    code: METHOD_NOT_FOUND,
    message: `a@b.example\u001B[31m${'x'.repeat(5000)}`,
    data: { owner: 'c@d.example' },
  }
  const cause = new PeerError('UPSTREAM_REFUSED', 'for the operator: s3cret', answered)
  const execute = async () => {
    throw cause
  }
  const { outcome } = await guarded(REDACTING, execute)
  assert.equal(outcome.kind, 'failed')
  const said = JSON.stringify(outcome)
  assert.match(said, /-32601/)
  assert.doesNotMatch(said, /@|s3cret|\\u001b/i)
  assert.ok(said.length < 2000)
})
