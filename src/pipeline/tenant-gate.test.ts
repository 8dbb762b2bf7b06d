import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIED, inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import { DEFAULT_TENANT, type Tenant, tenantOf } from '../kernel/identity/tenant.ts'
import type { IdentitySource } from './ports.ts'
import { createTenantGate } from './tenant-gate.ts'

const ACME = tenantOf('acme')
const CHANNEL = { door: 'mcp', peer: '::1', run: 's1' }
const ACTION = { kind: 'tool.call', server: 'crm', tool: 'get', args: {} } as const
const of = (tenant: string): Credential => ({ kind: 'bearer', token: tenant })

/** The token of the agent `sales` of a tenant is the name of that tenant. */
const identities: IdentitySource = {
  async verify(credential) {
    const token = 'token' in credential ? credential.token : ''
    if (token === 'forged') throw new PortcullisError('IDENTITY_INVALID', 'forged')
    return { ...SALES, tenant: tenantOf(token) }
  },
}

function gate() {
  const only = (tenant: Tenant): IdentitySource => ({
    async verify(credential, now) {
      const identity = await identities.verify(credential, now)
      if (identity.tenant === tenant) return identity
      throw new PortcullisError('IDENTITY_UNKNOWN', 'another tenant')
    },
  })
  const home = { ...inMemoryPorts({ answer: { of: 'home' } }), identities: only(DEFAULT_TENANT) }
  const acme = { ...inMemoryPorts({ answer: { of: 'acme' } }), identities: only(ACME) }
  const tenants = new Map([
    [DEFAULT_TENANT, home],
    [ACME, acme],
  ])
  return { home, acme, gate: createTenantGate({ identities, tenants, home }) }
}

test('a request is answered and recorded by the tenant that its credential proves', async () => {
  const { gate: door, home, acme } = gate()
  for (const [tenant, answer] of [
    ['acme', 'acme'],
    ['default', 'home'],
  ] as const) {
    const outcome = await door.guard({ action: ACTION, credential: of(tenant), channel: CHANNEL })
    assert.deepEqual(outcome.kind === 'done' && outcome.result, { of: answer })
  }
  assert.deepEqual([home.received.length, acme.received.length], [1, 1])
  assert.deepEqual([home.receipts.length, acme.receipts.length], [2, 2])
})

test('whoever proves nothing, or a tenant that is not here, is refused at home', async () => {
  const { gate: door, home, acme } = gate()
  for (const [token, code] of [
    ['forged', 'IDENTITY_INVALID'],
    ['globex', 'IDENTITY_UNKNOWN'],
  ] as const) {
    await assert.rejects(door.admit(of(token), CHANNEL), { code })
    const outcome = await door.guard({ action: ACTION, credential: of(token), channel: CHANNEL })
    assert.equal(outcome.kind === 'refused' && outcome.code, code)
    const identity: Identity = { ...SALES, tenant: tenantOf('globex') }
    assert.deepEqual(door.visible(identity, [ACTION], CHANNEL), [false])
  }
  assert.equal(home.receipts.length, 4)
  assert.deepEqual([acme.receipts, home.received, acme.received], [[], [], []])
})

test('what doors tell of somebody stands in the log of its tenant', async () => {
  const { gate: door, home, acme } = gate()
  const identity = await door.admit(of('acme'), CHANNEL)
  await door.refuse('REQUEST_INVALID', CHANNEL, identity)
  await door.note({ name: 'session.opened', detail: 'x' }, CHANNEL, identity)
  door.crossed('a session', CHANNEL, identity)
  await acme.crossings.close()
  const told = acme.receipts.map(({ code, event }) => code ?? event?.name)
  assert.deepEqual(told, ['REQUEST_INVALID', 'session.opened', 'tenant.crossed'])
  assert.deepEqual(home.receipts, [])
  await door.refuse('REQUEST_INVALID', CHANNEL)
  assert.equal(home.receipts.length, 1)
})

test('the ports of a tenant act for nobody else, whatever gate they stand behind', async () => {
  const { acme } = gate()
  const wrong = createTenantGate({
    identities,
    tenants: new Map([[DEFAULT_TENANT, acme]]),
    home: acme,
  })
  const outcome = await wrong.guard({
    ...{ action: ACTION, credential: of('default'), channel: CHANNEL },
  })
  assert.equal(outcome.kind === 'refused' && outcome.code, 'IDENTITY_UNKNOWN')
  assert.deepEqual(acme.received, [])
})

test('the policies of one tenant decide nothing of another', async () => {
  const denying = inMemoryPorts({ decision: DENIED })
  const { acme } = gate()
  const tenants = new Map([
    [DEFAULT_TENANT, { ...denying, identities }],
    [ACME, acme],
  ])
  const door = createTenantGate({ identities, tenants, home: { ...denying, identities } })
  const ask = (tenant: string) =>
    door.guard({ action: ACTION, credential: of(tenant), channel: CHANNEL })
  assert.equal((await ask('default')).kind, 'refused')
  assert.equal((await ask('acme')).kind, 'done')
})
