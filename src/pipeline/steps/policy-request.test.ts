import assert from 'node:assert/strict'
import test from 'node:test'
import { policyRequest } from './policy-request.ts'

const CHANNEL = { door: 'mcp', peer: 'local', run: 'r1' }
const ACTION = { kind: 'tool.call', server: 'crm', tool: 'get', args: { path: '/a/../b' } } as const

test('what is proved stands above what is declared', () => {
  const forged = { id: 'root', roles: ['admin'], kind: 'human', team: 'growth', level: 3 }
  const identity = {
    principal: { kind: 'agent', id: 'sales', roles: ['sales'], attributes: forged },
    chain: [],
  } as const
  const about = {
    operation: { name: 'x' },
    resource: { id: 'y', type: 'z', pii: true },
    system: {},
  }
  const attributes = { about: () => about }
  const request = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    attributes,
    now: 7,
  })
  const { principal, agent, operation, data, resource, context } = request.attributes
  assert.deepEqual(principal, {
    kind: 'agent',
    id: 'sales',
    roles: ['sales'],
    team: 'growth',
    level: 3,
  })
  assert.deepEqual(agent, principal)
  assert.deepEqual(operation, { name: 'crm.get' })
  assert.deepEqual(resource, { id: 'crm.get', type: 'tool', pii: true })
  assert.deepEqual(data, resource)
  assert.deepEqual(context, { door: 'mcp', time: 7 })
})

test('arguments are read in one spelling, under both of their names', () => {
  const identity = { principal: { kind: 'agent', id: 'a', roles: [] }, chain: [] } as const
  const attributes = { about: () => ({ operation: {}, resource: {}, system: {} }) }
  const request = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    attributes,
    now: 0,
  })
  assert.deepEqual(request.attributes.args, { path: '/b' })
  assert.equal(request.attributes.input, request.attributes.args)
})
