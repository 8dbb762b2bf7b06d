import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSpiffeId, parseSpiffeId, trustDomainOf } from './spiffe-id.ts'
import { DEFAULT_TENANT } from './tenant.ts'

const DOMAIN = 'gate.example.com'
const SALES = { trustDomain: DOMAIN, tenant: DEFAULT_TENANT, kind: 'agent', id: 'sales' } as const

test('an id is read as it was written', () => {
  const text = formatSpiffeId(SALES)
  assert.equal(text, 'spiffe://gate.example.com/t/default/agent/sales')
  assert.deepEqual(parseSpiffeId(text, DOMAIN), SALES)
})

const FOREIGN = [
  'spiffe://other.example.com/t/default/agent/sales',
  'spiffe://gate.example.com:443/t/default/agent/sales',
  'spiffe://gate.example.com.evil/t/default/agent/sales',
  'spiffe://GATE.example.com/t/default/agent/sales',
  'spiffe://gate.example.com',
]

for (const text of FOREIGN) {
  test(`\`${text}\` is of another trust domain`, () => {
    assert.throws(() => parseSpiffeId(text, DOMAIN), { code: 'SVID_FOREIGN' })
  })
}

const INVALID = [
  '',
  'https://gate.example.com/t/default/agent/sales',
  'SPIFFE://gate.example.com/t/default/agent/sales',
  'spiffe://gate.example.com/',
  'spiffe://gate.example.com/t/default/agent/',
  'spiffe://gate.example.com/t/default/agent/sales/',
  'spiffe://gate.example.com/t/default/agent/sales?x=1',
  'spiffe://gate.example.com/t/default/agent/sales#x',
  'spiffe://gate.example.com/t/default/agent/sa%6ces',
  'spiffe://gate.example.com/t/default/agent/../admin',
  'spiffe://gate.example.com/t/default/human/sales',
  'spiffe://gate.example.com/t/Default/agent/sales',
  'spiffe://gate.example.com/t//agent/sales',
  'spiffe://gate.example.com/t/default/agent/ｓales',
  'spiffe://gate.example.com/t/default/agent/sales\u0000',
  'spiffe://gate.example.com//t/default/agent/sales',
]

for (const text of INVALID) {
  test(`\`${text}\` names nobody`, () => {
    assert.throws(() => parseSpiffeId(text, DOMAIN), { code: 'SVID_INVALID' })
  })
}

test('nobody is written whose name would be another path', () => {
  for (const id of ['a/b', '..', '', 'a b', 'ü', 'a'.repeat(65)]) {
    assert.throws(() => formatSpiffeId({ ...SALES, id }), { code: 'REQUEST_INVALID' })
  }
})

test('the trust domain is the host of the ledger', () => {
  assert.equal(trustDomainOf('gate.example.com/ledger/1'), 'gate.example.com')
  assert.throws(() => trustDomainOf('Gate Example/ledger'), { code: 'KEYS_INVALID' })
})
