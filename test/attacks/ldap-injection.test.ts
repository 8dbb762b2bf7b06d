import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LdapAccounts } from '../../src/app/parts.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { PEOPLE, type RunningSlapd, startSlapd } from '../support/slapd.ts'

let slapd: RunningSlapd
before(async () => {
  slapd = await startSlapd()
})
after(() => slapd.stop())

const ATTEMPTS = [
  ...['*', 'an*', '*)(uid=*', 'ana)(&', 'ana)(|(uid=*', 'ana))(|(uid=ana', 'x)(uid=ana)'],
  ...['*)(userPassword=*', 'ana\u0000', 'ana\u0000*', '\\2a', 'a\\6ea', '(ana)', '&', '|', '!'],
  ...['ana)(objectClass=*', 'uid=ana,ou=people', 'ana ) ( uid = bob', 'ａｎａ', 'аna', '\u202eana'],
]

test('LDAP injection: no name that is typed finds anybody but by its own letters', async () => {
  const directory = new LdapAccounts({
    ...{ name: 'corp', tenants: ['default'], url: slapd.ldaps, startTls: false, ca: slapd.ca },
    ...{ bind: slapd.bind, base: PEOPLE, filter: '(&(objectClass=person)(uid={name}))' },
    ...{ idAttribute: 'uid', roles: {}, attributes: {} },
  })
  const password = 'ana of the house'
  for (const name of ATTEMPTS) {
    const answer = await directory.password({ tenant: DEFAULT_TENANT, name, password })
    assert.deepEqual(answer, { kind: 'unknown' }, name)
  }
  const honest = await directory.password({ tenant: DEFAULT_TENANT, name: 'ana', password })
  assert.equal(honest.kind, 'proved')
})

test('an empty password reaches no directory, which would take it', async () => {
  const directory = new LdapAccounts({
    ...{ name: 'corp', tenants: ['default'], url: slapd.ldap, startTls: false },
    ...{ bind: slapd.bind, base: PEOPLE, filter: '(&(objectClass=person)(uid={name}))' },
    ...{ idAttribute: 'uid', roles: {}, attributes: {} },
  })
  const before = slapd.asked().length
  const answer = await directory.password({ tenant: DEFAULT_TENANT, name: 'ana', password: '' })
  assert.deepEqual(answer, { kind: 'refused' })
  assert.equal(slapd.asked().length, before)
})
