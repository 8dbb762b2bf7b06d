import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientIdOf, readClientId } from './client-id.ts'
import { DEFAULT_TENANT, tenantOf } from './tenant.ts'

const ACME = tenantOf('acme')
const ID = '~abcdefghijklmnopqrstuv'

test('an agent is known by its name, in other tenants with theirs before it', () => {
  for (const [tenant, text] of [
    [DEFAULT_TENANT, 'sales'],
    [ACME, 'acme/sales'],
  ] as const) {
    assert.equal(clientIdOf(tenant, 'sales'), text)
    assert.deepEqual(readClientId(text), { kind: 'declared', tenant, agent: 'sales' })
  }
})

test('a registered client has an id that no agent can have', () => {
  assert.deepEqual(readClientId(ID), { kind: 'registered', tenant: DEFAULT_TENANT, id: ID })
  assert.deepEqual(readClientId(`acme/${ID}`), { kind: 'registered', tenant: ACME, id: ID })
})

test('an agent with a certificate is known by the name in it', () => {
  const name = readClientId('spiffe://example.com/t/acme/agent/sales')
  assert.deepEqual(name, { kind: 'svid', tenant: ACME, agent: 'sales' })
})

const NOBODY = [
  ...['', '/', 'acme/', '/sales', 'default/sales', 'ACME/sales', 'acme/b/sales', '../sales'],
  ...['sales\n', 'sa les', 'ѕales', "sales' OR 1=1", 'https://evil.example/client.json'],
  ...['spiffe://example.com/t/acme/agent/a/b', 'spiffe://example.com/t/acme/service/x'],
  ...['spiffe://example.com/t/../agent/x', 'x'.repeat(513), `${ID}x`],
]

for (const text of NOBODY) {
  test(`${JSON.stringify(text.slice(0, 50))} names no client`, () => {
    assert.equal(readClientId(text), undefined)
  })
}
