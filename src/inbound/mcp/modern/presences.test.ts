import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../../kernel/identity/tenant.ts'
import type { McpClient } from '../../../pipeline/ports.ts'
import { DEFAULT_MODERN_LIMITS, type ModernLimits } from './limits.ts'
import { type Listener, Presences, type PresencesOptions } from './presences.ts'

const agent = (id: string, human?: string): Identity => ({
  tenant: DEFAULT_TENANT,
  principal: { kind: 'agent', id, roles: [] },
  chain: [
    ...(human === undefined ? [] : [{ kind: 'human', id: human, via: 'oidc' } as const]),
    { kind: 'agent', id, via: 'bearer-jwt' },
  ],
  ...(human !== undefined && { human: { kind: 'human', id: human, roles: [] } }),
})

const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: '-' }
const ABOUT = { protocolVersion: '2026-07-28', capabilities: {}, clientInfo: {} }

function presences(limits: Partial<ModernLimits> = {}, onBegin?: PresencesOptions['onBegin']) {
  const time = { ms: 0 }
  const left: McpClient[] = []
  const ended: string[] = []
  const known = new Presences({
    limits: { ...DEFAULT_MODERN_LIMITS, ...limits },
    clock: { now: () => time.ms, elapsed: () => time.ms },
    onBegin: onBegin ?? (async () => undefined),
    onEnd: ({ identity }, why) => ended.push(`${identity.principal.id} ${why}`),
    onLeave: (client) => left.push(client),
  })
  return { known, left, ended, time }
}

test('an agent that acts for two people is two clients to a server, in one run', async () => {
  const { known } = presences()
  const clients = []
  for (const human of ['ann', 'bob', 'ann']) {
    const identity = agent('sales', human)
    const presence = await known.enter(identity, CHANNEL)
    clients.push(known.guise(presence, identity, ABOUT))
  }
  const [ann, bob, again] = clients
  assert.equal(ann, again)
  assert.notEqual(ann, bob)
  assert.equal(bob?.identity.human?.id, 'bob')
  assert.equal(ann?.session, bob?.session)
})

test('what a server tells one client, no other of the agent hears', async () => {
  const { known } = presences()
  const presence = await known.enter(agent('sales', 'ann'), CHANNEL)
  const heard: string[] = []
  const [ann, bob] = ['ann', 'bob'].map((human) => {
    const identity = agent('sales', human)
    const client = known.guise(presence, identity, ABOUT)
    const hear = () => heard.push(human)
    const listener: Listener = {
      ...{ identity, client, hear },
      ...{ toolsChanged: () => undefined, end: () => undefined },
    }
    presence.listeners.add(listener)
    return client
  })
  ann?.tell('desk', { method: 'notifications/resources/updated', params: {} })
  assert.deepEqual(heard, ['ann'])
  await assert.rejects(async () => bob?.ask('desk', { method: 'roots/list', params: {} }), {
    code: 'CLIENT_SILENT',
  })
})

test('no agent is forgotten for another, and one that is at work for none', async () => {
  const { known, ended, time } = presences({ agents: 2, runIdleMs: 10 })
  const busy = await known.enter(agent('busy'), CHANNEL)
  busy.busy++
  await known.enter(agent('idle'), CHANNEL)
  await assert.rejects(known.enter(agent('late'), CHANNEL), { code: 'SESSION_LIMIT' })
  time.ms = 10
  await known.enter(agent('late'), CHANNEL)
  assert.deepEqual(ended, ['idle idle'])
  assert.equal(await known.enter(agent('busy'), CHANNEL), busy)
})

test('servers keep so many clients of one agent, the last ones', async () => {
  const { known, left } = presences({ guisesPerAgent: 2 })
  const identity = agent('sales')
  const presence = await known.enter(identity, CHANNEL)
  const clients = ['a', 'b', 'a', 'c'].map((name) =>
    known.guise(presence, identity, { ...ABOUT, clientInfo: { name } }),
  )
  assert.deepEqual(left, [clients[1]])
  known.end(presence, 'taken back')
  assert.deepEqual(left.slice(1), [clients[0], clients[3]])
})

test('nobody acts in a run whose beginning is not recorded', async () => {
  let tries = 0
  const { known } = presences({}, async () => {
    if (++tries === 1) throw new Error('the disk is full')
  })
  const both = [known.enter(agent('sales'), CHANNEL), known.enter(agent('sales'), CHANNEL)]
  for (const entering of both) await assert.rejects(entering, /the disk is full/)
  assert.ok((await known.enter(agent('sales'), CHANNEL)).run)
})
