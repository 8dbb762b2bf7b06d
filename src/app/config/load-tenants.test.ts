import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { configDigest } from './config-digest.ts'
import { type LoadOptions, loadConfig } from './load-config.ts'

async function written(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await scratch(t)
  mkdirSync(join(folder, 'tenants'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const load = (env: NodeJS.ProcessEnv = {}, options: LoadOptions = {}) =>
    loadConfig(join(folder, 'portcullis.toml'), env, options)
  return { folder, load }
}

const MAIN = '[tenants.acme]\nconfig = "tenants/acme.toml"\n'
const ACME = `policy_dir = "acme-policies"
[spaces.sales]
[roles.auditor]
permissions = ["admin.agents.*"]
[agents.bot]
roles = []
space = "sales"
[members."ada@example.com"]
roles = ["super_admin"]
spaces = { sales = ["admin", "auditor"] }
attributes = { clearance = 3 }
[servers.crm]
transport = "http"
url = "https://crm.example.com/mcp"
headers = { Authorization = "Bearer \${CRM}" }
space = "sales"
[ledger.retention]
receipts = "30d"
`

test('a tenant has what its file says, beside the file, and its own data', async (t) => {
  const { folder, load } = await written(t, { 'portcullis.toml': MAIN, 'tenants/acme.toml': ACME })
  const config = load({ CRM: 'k3y' })
  const { acme } = config.tenants
  assert.equal(acme?.dataDir, join(folder, '.portcullis', 'tenants', 'acme'))
  assert.equal(acme.policyDir, join(folder, 'tenants', 'acme-policies'))
  assert.deepEqual(acme.members, {
    'ada@example.com': {
      ...{ roles: ['super_admin'], spaces: { sales: ['admin', 'auditor'] } },
      attributes: { clearance: 3 },
    },
  })
  assert.deepEqual(acme.roles, { auditor: { permissions: ['admin.agents.*'] } })
  assert.equal(acme.ledger.retention.receiptsMs, 30 * 86_400_000)
  const { crm } = acme.servers
  assert.deepEqual(crm?.transport === 'http' && [crm.headers, crm.space], [
    { Authorization: 'Bearer k3y' },
    'sales',
  ])
  assert.deepEqual([config.agents, config.servers, config.members], [{}, {}, {}])
})

test('commands that start nothing need no secret of a tenant', async (t) => {
  const { load } = await written(t, { 'portcullis.toml': MAIN, 'tenants/acme.toml': ACME })
  assert.throws(() => load(), { code: 'CONFIG_INVALID', message: /acme\.toml:15:/ })
  const { acme } = load({}, { purpose: 'inspect' }).tenants
  assert.ok(acme)
})

test('no digest of a configuration covers a secret, of another tenant neither', async (t) => {
  const { load } = await written(t, { 'portcullis.toml': MAIN, 'tenants/acme.toml': ACME })
  const [one, other] = [load({ CRM: 'a' }), load({ CRM: 'b' })]
  assert.equal(configDigest(one), configDigest(other))
  assert.ok(one.tenants.acme && other.tenants.acme)
  assert.equal(configDigest(one.tenants.acme), configDigest(other.tenants.acme))
  assert.notEqual(configDigest(one), configDigest(one.tenants.acme))
})

const REFUSED: readonly (readonly [what: string, acme: string, message: RegExp])[] = [
  ['a listener', '[listen.mcp]\nport = 1\n', /acme\.toml:1:2: unknown key `listen`/],
  ['a data directory', 'data_dir = "/"\n', /acme\.toml:1:1: unknown key `data_dir`/],
  ['tenants', '[tenants.x]\nconfig = "y"\n', /acme\.toml:1:\d+: unknown key `tenants`/],
  ['an origin of the ledger', '[ledger]\norigin = "a/b"\n', /unknown key `origin`/],
  ['a role that is not there', '[agents.a]\nroles = ["x"]\n', /acme\.toml:2:10: no role `x`/],
  ['no TOML', 'secret = "hunter2\n', /acme\.toml:1:/],
]

for (const [what, text, message] of REFUSED) {
  test(`a tenant's file with ${what} is refused by file and line`, async (t) => {
    const files = { 'portcullis.toml': MAIN, 'tenants/acme.toml': text }
    const { load } = await written(t, files)
    assert.throws(load, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'CONFIG_INVALID')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
      return true
    })
  })
}

test('two tenants with one file are refused: each has its own', async (t) => {
  const { load } = await written(t, {
    'portcullis.toml': `${MAIN}[tenants.globex]\nconfig = "./tenants/acme.toml"\n`,
    'tenants/acme.toml': '',
  })
  assert.throws(load, /portcullis\.toml:4:10: tenant `acme` has this file already/)
})

for (const name of ['../acme', 'Acme', 'a_b', 'a'.repeat(64), '\u0430cme']) {
  test(`no tenant is called ${JSON.stringify(name).slice(0, 20)}`, async (t) => {
    const main = `[tenants.${JSON.stringify(name)}]\nconfig = "tenants/acme.toml"\n`
    const { load } = await written(t, { 'portcullis.toml': main, 'tenants/acme.toml': '' })
    assert.throws(load, { code: 'CONFIG_INVALID', message: /cannot be a name here/ })
  })
}

const SERVERS = `[servers.crm]
transport = "http"
url = "https://crm.example.com/mcp"
[servers.files]
transport = "stdio"
command = "files"
`

const ALLOWED: readonly (readonly [allowed: string, refused?: RegExp])[] = [
  [''],
  ['allowed_commands = ["files"]\nallowed_hosts = ["*.example.com"]'],
  ['allowed_hosts = ["CRM.example.com"]'],
  ['allowed_commands = []', /acme\.toml:6:11: the installation allows this tenant none/],
  ['allowed_commands = ["file"]', /acme\.toml:6:11: .* only `file`: see `allowed_commands`/],
  ['allowed_hosts = ["example.com", "*.crm.example.com"]', /acme\.toml:3:7: .* `example\.com`/],
  ['allowed_hosts = ["crm.example.com:8443"]', /acme\.toml:3:7:/],
]

for (const [allowed, refused] of ALLOWED) {
  test(`servers of a tenant under ${allowed || 'nothing'}`, async (t) => {
    const main = `[tenants.acme]\nconfig = "acme.toml"\n${allowed}\n`
    const { load } = await written(t, { 'portcullis.toml': main, 'acme.toml': SERVERS })
    if (refused === undefined) assert.ok(load().tenants.acme)
    else assert.throws(load, { code: 'CONFIG_INVALID', message: refused })
  })
}
