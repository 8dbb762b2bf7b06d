import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REDIRECT, startProvider } from '../support/glewlwyd.ts'
import { peopleAt } from '../support/people.ts'
import { runRuntime } from '../support/running-runtime.ts'
import { OPS_GROUP, PEOPLE, startSlapd } from '../support/slapd.ts'

test('people of a directory and of a provider log in, and keep their ids apart', async (t) => {
  const [slapd, provider] = await Promise.all([startSlapd(), startProvider()])
  t.after(() => Promise.all([slapd.stop(), provider.stop()]))
  const more = `
[roles.clerk]
[identity.ldap.corp]
url = "${slapd.ldaps}"
ca = "${slapd.ca}"
bind_dn = "${slapd.bind.dn}"
bind_password = "${slapd.bind.password}"
base = "${PEOPLE}"
[identity.ldap.corp.roles]
"${OPS_GROUP}" = ["clerk"]
[identity.ldap.corp.attributes]
clearance = "employeeType"
[identity.oidc.sso]
issuer = "${provider.issuer}"
client_id = "${provider.client.id}"
client_secret = "${provider.client.secret}"
scope = "openid"
`
  const running = await runRuntime({ policy: 'policy p { allow: desk.* }', agents: ['a'], more })
  t.after(() => running.close())
  const say = peopleAt(running)
  const viaProvider = async (name: string) => {
    const { url, flow } = (await say('oidc/sso/begin', { redirect_uri: REDIRECT })).body
    const callback = await provider.browse(url, name)
    return say('oidc/sso/finish', { flow, callback })
  }
  const ana = await say('login', { name: 'ana', password: 'ana of the house' })
  const { roles, attributes } = JSON.parse(
    JSON.stringify((await say('whoami', {}, ana.body.token)).body),
  )
  assert.deepEqual([roles, attributes], [['clerk'], { clearance: 'secret' }])

  // The provider has an `ana`, too: nobody says that it is the same one.
  assert.equal((await viaProvider('ana')).body.error?.code, 'LOGIN_REFUSED')
  const bob = await viaProvider('bob')
  assert.equal((await say('whoami', {}, bob.body.token)).body.id, 'bob')
  const taken = await say('login', { name: 'bob', password: 'bob of the house' })
  assert.equal(taken.body.error?.code, 'LOGIN_REFUSED')

  const begun = running.receipts().filter(({ event }) => event?.name === 'person.logged_in')
  assert.deepEqual(
    begun.map(({ actor }) => [actor[0]?.id, actor[0]?.via]),
    [
      ['ana', 'ldap'],
      ['bob', 'oidc'],
    ],
  )
})
