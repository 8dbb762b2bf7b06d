import assert from 'node:assert/strict'
import test from 'node:test'
import type { Identity } from '../../kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { policyRequest } from './policy-request.ts'

const CHANNEL = { door: 'mcp', peer: 'local', run: 'r1' }
const NO_ROLES = { rolesOf: () => [] }
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
    roles: NO_ROLES,
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
    roles: NO_ROLES,
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
    roles: NO_ROLES,
    now: 0,
  })
  assert.deepEqual(request.attributes.args, { path: '/b' })
  assert.equal(request.attributes.input, request.attributes.args)
})

test('roles are those that were proved and those granted in the space of the resource', () => {
  const identity: Identity = {
    tenant: DEFAULT_TENANT,
    principal: { kind: 'human', id: 'ada', roles: ['proved', 'both'] },
    chain: [],
  }
  const about = (space?: unknown) => ({
    ...{ operation: {}, system: {} },
    resource: space === undefined ? {} : { space: space as string },
  })
  const roles = {
    rolesOf: (tenant: string, { kind, id }: { kind: string; id: string }, space = 'nowhere') => [
      'both',
      `${tenant} ${kind} ${id} in ${space}`,
    ],
  }
  for (const [space, where] of [
    ['crm', 'crm'],
    [undefined, 'nowhere'],
    [['crm'], 'nowhere'],
  ] as const) {
    const asked = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
      ...{ attributes: { about: () => about(space) }, roles, now: 0 },
    })
    const { principal, user } = asked.attributes
    const expected = ['proved', 'both', `default human ada in ${where}`]
    assert.deepEqual(principal, { kind: 'human', id: 'ada', roles: expected })
    assert.deepEqual(user, principal)
  }
})

test('policies can speak of every link of a chain, and of whom it began with', () => {
  const identity: Identity = {
    tenant: DEFAULT_TENANT,
    principal: { kind: 'agent', id: 'helper', roles: ['helper'] },
    human: { kind: 'human', id: 'ada', roles: [], attributes: { clearance: 'secret', id: 'eve' } },
    chain: [
      { kind: 'human', id: 'ada', via: 'delegated' },
      { kind: 'agent', id: 'sales', via: 'delegated' },
      { kind: 'agent', id: 'helper', via: 'dpop-jwt' },
    ],
    scopes: ['crm.*'],
  }
  const attributes = { about: () => ({ operation: {}, resource: {}, system: {} }) }
  const asked = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    ...{ attributes, roles: NO_ROLES, now: 0 },
  })
  const { human, agent, delegation } = asked.attributes
  assert.deepEqual(human, { kind: 'human', id: 'ada', roles: [], clearance: 'secret' })
  assert.deepEqual(agent, { kind: 'agent', id: 'helper', roles: ['helper'] })
  assert.deepEqual(delegation, {
    ...{ depth: 2, scopes: ['crm.*'], chain: identity.chain },
    links: ['human:ada', 'agent:sales', 'agent:helper'],
  })
})

test('a service has the agent behind it under `agent`, by name alone', () => {
  const identity: Identity = {
    tenant: DEFAULT_TENANT,
    principal: { kind: 'service', id: 'mailer', roles: [] },
    chain: [
      { kind: 'agent', id: 'sales', via: 'delegated' },
      { kind: 'service', id: 'mailer', via: 'svid' },
    ],
  }
  const attributes = { about: () => ({ operation: {}, resource: {}, system: {} }) }
  const asked = policyRequest({ action: ACTION, channel: CHANNEL }, identity, {
    ...{ attributes, roles: NO_ROLES, now: 0 },
  })
  assert.deepEqual(asked.attributes.agent, { kind: 'agent', id: 'sales' })
  assert.deepEqual(asked.attributes.delegation, {
    ...{ depth: 1, scopes: ['*'], chain: identity.chain },
    links: ['agent:sales', 'service:mailer'],
  })
})
