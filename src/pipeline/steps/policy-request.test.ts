import assert from 'node:assert/strict'
import test from 'node:test'
import type { Identity } from '../../kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { policyRequest } from './policy-request.ts'

const CHANNEL = { door: 'mcp', peer: 'local', run: 'r1' }
const ACTION = { kind: 'tool.call', server: 'crm', tool: 'get', args: { path: '/a/../b' } } as const

test('what is proved stands above what is declared', () => {
  const forged = { id: 'root', roles: ['admin'], kind: 'human', team: 'growth', level: 3 }
  const identity = {
    tenant: DEFAULT_TENANT,
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

test('a human stands under its own names, and under none of an agent', () => {
  const principal = { kind: 'human', id: 'ada', roles: [], attributes: { clearance: 'secret' } }
  const identity: Identity = {
    tenant: DEFAULT_TENANT,
    principal: { ...principal, kind: 'human' },
    chain: [{ kind: 'human', id: 'ada', via: 'password' }],
    session: { mfa_verified: true, id: 'forged' },
  }
  const attributes = { about: () => ({ operation: {}, resource: {}, system: {} }) }
  const asked = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    attributes,
    now: 0,
  })
  const { human, user, session, agent } = asked.attributes
  assert.deepEqual(human, { kind: 'human', id: 'ada', roles: [], clearance: 'secret' })
  assert.deepEqual(user, human)
  assert.deepEqual(session, { mfa_verified: true, id: CHANNEL.run })
  assert.equal(agent, undefined)
})

test('arguments are read in one spelling, under both of their names', () => {
  const identity = {
    tenant: DEFAULT_TENANT,
    principal: { kind: 'agent', id: 'a', roles: [] },
    chain: [],
  } as const
  const attributes = { about: () => ({ operation: {}, resource: {}, system: {} }) }
  const request = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    attributes,
    now: 0,
  })
  assert.deepEqual(request.attributes.args, { path: '/b' })
  assert.equal(request.attributes.input, request.attributes.args)
})
