import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import { createGate } from './gate.ts'
import type { GuardRequest, Ports } from './ports.ts'

const action = { kind: 'tool.call', server: 'slack', tool: 'post_message', args: {} } as const
const REQUEST: GuardRequest = {
  action,
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
}

function scoped(ports: Ports, scopes: readonly string[]): Ports {
  return { ...ports, identities: { verify: async () => ({ ...SALES, scopes }) } }
}

test('what no scope covers is refused before any policy is asked, and recorded', async () => {
  const ports = inMemoryPorts()
  const gate = createGate(scoped(ports, ['crm.*']))
  const outcome = await gate.guard(REQUEST)
  assert.deepEqual(outcome, { kind: 'refused', code: 'SCOPE_INSUFFICIENT', receipt: 'r0' })
  assert.deepEqual(ports.steps, ['append refusal'])
  assert.equal(ports.receipts[0]?.action?.operation, 'slack.post_message')
  assert.deepEqual(ports.received, [])
})

test('what a scope covers is still for the policies to decide', async () => {
  const ports = inMemoryPorts()
  const outcome = await createGate(scoped(ports, ['slack.*'])).guard(REQUEST)
  assert.equal(outcome.kind, 'done')
  assert.deepEqual(ports.steps.slice(0, 2), ['decide', 'append decision'])
})

test('what no scope covers is not seen either', () => {
  const ports = inMemoryPorts()
  const other = { ...action, server: 'crm' }
  const seen = createGate(ports).visible(
    { ...SALES, scopes: ['crm.*'] },
    [action, other],
    REQUEST.channel,
  )
  assert.deepEqual(seen, [false, true])
})

test('what no scope covers is not permitted where nothing is changed either', async () => {
  const ports = inMemoryPorts()
  const permission = await createGate(scoped(ports, ['crm.*'])).permit(REQUEST)
  assert.deepEqual(permission, { kind: 'refused', code: 'SCOPE_INSUFFICIENT', receipt: 'r0' })
  assert.deepEqual(ports.steps, ['append refusal'])
})
