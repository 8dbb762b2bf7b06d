import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { OPS_GROUP, PEOPLE, type RunningSlapd, startSlapd } from '../../../test/support/slapd.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { LDAP_CONNECT_WAIT_MS, LDAP_OPERATION_WAIT_MS } from './directory-connection.ts'
import { filterFor } from './filter-text.ts'
import { LdapAccounts, type LdapOptions } from './ldap-accounts.ts'

let slapd: RunningSlapd
before(async () => {
  slapd = await startSlapd()
})
after(() => slapd.stop())

const PASSWORD = 'ana of the house'

function options(more: Partial<LdapOptions> = {}): LdapOptions {
  return {
    ...{ name: 'corp', tenants: ['default'], url: slapd.ldaps, startTls: false, ca: slapd.ca },
    ...{ bind: slapd.bind, base: PEOPLE, filter: '(&(objectClass=person)(uid={name}))' },
    ...{ idAttribute: 'uid', attributes: { clearance: 'employeeType' } },
    roles: { [OPS_GROUP.toUpperCase().replaceAll(',', ', ')]: ['operator', 'viewer'] },
    ...more,
  }
}

const says = (name: string, password = PASSWORD, more: Partial<LdapOptions> = {}) =>
  new LdapAccounts(options(more)).password({ tenant: DEFAULT_TENANT, name, password })

async function proved(name: string, password = PASSWORD, more: Partial<LdapOptions> = {}) {
  const answer = await says(name, password, more)
  return answer.kind === 'proved' ? answer.account : assert.fail(answer.kind)
}

test('who binds is proved, with the roles of its groups and its attributes', async () => {
  const { subject, ...ana } = await proved('ana')
  assert.deepEqual(ana, {
    ...{ id: 'ana', via: 'ldap', mfaVerified: false },
    ...{ roles: ['operator', 'viewer'], attributes: { clearance: 'secret' } },
  })
  assert.match(subject, /^[0-9a-f-]{36}$/)
  const bob = await proved('bob', 'bob of the house')
  assert.deepEqual([bob.roles, bob.attributes], [[], {}])
})

test('the id is the one of the directory, however it was typed', async () => {
  assert.equal((await proved('ANA')).id, 'ana')
})

test('a wrong password is refused, an unknown name is for the next to know', async () => {
  assert.deepEqual(await says('ana', 'wrong'), { kind: 'refused' })
  assert.deepEqual(await says('nobody'), { kind: 'unknown' })
  const elsewhere = new LdapAccounts(options())
  const claim = { tenant: tenantOf('acme'), name: 'ana', password: PASSWORD }
  assert.deepEqual(await elsewhere.password(claim), { kind: 'unknown' })
})

test('groups that only name their members are found, too', async () => {
  const groups = { base: 'dc=test,dc=local', filter: '(&(objectClass=groupOfNames)(member={dn}))' }
  assert.deepEqual((await proved('ana', PASSWORD, { groups })).roles, ['operator', 'viewer'])
})

test('StartTLS encrypts before anything is said', async () => {
  assert.equal((await proved('ana', PASSWORD, { url: slapd.ldap, startTls: true })).id, 'ana')
})

test('a certificate of another authority, or for another name, is refused', async () => {
  const { ca: _ca, ...ofTheSystem } = options()
  const unknown = new LdapAccounts(ofTheSystem)
  const claim = { tenant: DEFAULT_TENANT, name: 'ana', password: PASSWORD }
  await assert.rejects(unknown.password(claim), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const url = slapd.ldaps.replace('127.0.0.1', 'localhost')
  await assert.rejects(says('ana', PASSWORD, { url }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  const plain = slapd.ldap.replace('127.0.0.1', 'localhost')
  const upgraded = says('ana', PASSWORD, { url: plain, startTls: true })
  await assert.rejects(upgraded, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('two entries of one name prove nobody', async () => {
  await assert.rejects(says('twin', 'twin of the house'), /more than one person/)
})

test('a server that does not answer is waited for no longer than may be', async (t) => {
  const open = new Set<Socket>()
  const silent = createServer((socket) => void open.add(socket))
  const url = await listening(t, silent)
  const began = performance.now()
  await assert.rejects(says('ana', PASSWORD, { url }), /timed out/)
  assert.ok(performance.now() - began < LDAP_CONNECT_WAIT_MS + LDAP_OPERATION_WAIT_MS + 1_000)
  for (const socket of open) socket.destroy()
})

test('a connection that is cut after StartTLS is not made again without', async (t) => {
  const seen: Buffer[] = []
  let connections = 0
  const port = Number(new URL(slapd.ldap).port)
  // Lets the upgrade pass, then cuts the line at the first bytes under TLS from the server.
  const between = createServer((socket) => {
    connections += 1
    const server = connect(port, '127.0.0.1')
    socket.on('data', (bytes) => {
      seen.push(bytes)
      if (seen.length > 3) socket.destroy()
      else server.write(bytes)
    })
    server.on('data', (bytes) => socket.write(bytes))
    for (const end of [socket, server]) end.on('error', () => undefined)
    socket.on('close', () => server.destroy())
  })
  const url = await listening(t, between)
  await assert.rejects(says('ana', PASSWORD, { url, startTls: true }))
  assert.equal(connections, 1)
  assert.ok(!Buffer.concat(seen).includes('looks people up'))
})

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return `ldap://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

test('whatever is typed is compared, and never read as a filter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const filter = filterFor('(uid={name})', { name })
      const inner = filter.slice('(uid='.length, -1)
      assert.doesNotMatch(inner, /[()*&|!\0]/)
      assert.doesNotMatch(inner, /\\(?![0-9a-f]{2})/)
    }),
  )
})
