import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { loadConfig } from './load-config.ts'

const SMALLEST = `[roles.sales]
[agents.sales]
roles = ["sales"]
`

/** An agent of whose dealings with the authorization server nothing is said. */
const CLIENT = { keys: [], redirectUris: [], scopes: ['*'], actsFor: [] }
const CERTIFICATES = { svidTtlMs: 3_600_000, warnBeforeMs: [30, 7, 1].map((d) => d * 86_400_000) }

test('the smallest file gets every default, and absolute paths beside itself', async (t) => {
  const { folder, config } = await loadText(t, SMALLEST)
  assert.deepEqual(config, {
    file: join(folder, 'portcullis.toml'),
    dataDir: join(folder, '.portcullis'),
    policyDir: join(folder, 'policies'),
    policy: {
      reload: 'watch',
      recording: { on: true, maxAgeMs: 2_592_000_000, maxCount: 100_000 },
    },
    ...{ spaces: {}, storage: { maxObjectBytes: 4_194_304, maxTotalBytes: 1_073_741_824 } },
    roles: { sales: { permissions: [] } },
    members: {},
    agents: { sales: { roles: ['sales'], attributes: {}, tokenTtlMs: 900_000, ...CLIENT } },
    oauth: { delegationDepth: 4, consentTtlMs: 28_800_000 },
    approvers: {},
    approvals: { waitMs: 300_000, pendingPerAgent: 32, pending: 1_024 },
    alerts: { alertAfter: 20, receiptsPerSource: 30, receipts: 300 },
    labels: { windowMs: 86_400_000 },
    servers: {},
    tools: { trust: 'first_use', relistMs: 300_000 },
    memory: {},
    budgets: {},
    limits: { answerBytes: 268_435_456 },
    listen: {
      mcp: { host: '127.0.0.1', port: 7070, allowedHosts: [], allowedOrigins: [] },
    },
    attributes: { operations: {}, resources: {}, system: {} },
    ledger: config.ledger,
    ...{ keys: { overlapMs: 604_800_000 }, identity: config.identity },
    ...{ certificates: CERTIFICATES, tenants: {}, warnings: [] },
  })
})

test('every key arrives, in milliseconds and with secrets from the environment', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  for (const name of ['seed.json', 'cert.pem', 'key.pem']) writeFileSync(join(folder, name), '{}')
  writeFileSync(
    file,
    `data_dir = "/srv/data"
policy_dir = "rules"
[policy]
reload = "push"
record_requests = false
record_max_age = "12h"
record_max_count = 7
[listen.mcp]
host = "0.0.0.0"
port = 0
allowed_hosts = ["gate.example.com"]
allowed_origins = ["https://console.example.com"]
tls = { cert = "cert.pem", key = "key.pem" }
[keys]
root = "root.pem"
rotate_every = "90d"
overlap = "24h"
[roles.sales]
description = "sells"
[agents.sales]
roles = ["sales"]
team = "growth"
space = "emea"
version = "1.4.2"
attributes = { level = 3, areas = ["crm"], limits = { rows = 1.5 } }
token_ttl = "2h"
description = "an agent"
[approvers.ada]
roles = ["sales"]
team = "legal"
agents = ["sales"]
token_ttl = "1h"
description = "a person"
[approvals]
wait = "30s"
pending_per_agent = 2
pending = 3
[alerts]
alert_after = 4
receipts_per_source = 5
receipts = 6
[labels]
window = "8h"
[servers.files]
transport = "stdio"
command = "node"
args = ["server.js"]
env = { TOKEN = "a-\${SECRET}-b" }
cwd = "here"
call_timeout = "5s"
schema = "lenient"
sanitise = "mark"
fulfils = ["differential_privacy", "log_level=info"]
trust = "first_use"
[tools]
trust = "review"
relist = "30s"
[servers.slack]
transport = "http"
url = "https://slack.example.com/mcp"
headers = { Authorization = "Bearer \${SECRET}" }
introspection_secret = "\${SECRET}"
[memory."CRM.customers"]
description = "customers"
seed = "seed.json"
fulfils = ["input_validation"]
[budgets.llm]
limit = 2.5
per = "1d"
unit = "USD"
per_agent = true
[attributes.operations."crm.*"]
expected_seconds = 90
[attributes.resources."CRM.customers"]
classification = "confidential"
[attributes.system]
maintenance_mode = false
`,
  )
  const config = loadConfig(file, { SECRET: 's3cret' })
  assert.deepEqual(config, {
    file,
    dataDir: '/srv/data',
    policyDir: join(folder, 'rules'),
    policy: { reload: 'push', recording: { on: false, maxAgeMs: 43_200_000, maxCount: 7 } },
    spaces: {},
    roles: { sales: { description: 'sells', permissions: [] } },
    members: {},
    agents: {
      sales: {
        ...{ roles: ['sales'], team: 'growth', space: 'emea', version: '1.4.2' },
        attributes: { level: 3, areas: ['crm'], limits: { rows: 1.5 } },
        ...{ tokenTtlMs: 7_200_000, description: 'an agent', ...CLIENT },
      },
    },
    approvers: {
      ada: {
        ...{ roles: ['sales'], team: 'legal', agents: ['sales'], tokenTtlMs: 3_600_000 },
        description: 'a person',
      },
    },
    approvals: { waitMs: 30_000, pendingPerAgent: 2, pending: 3 },
    storage: { maxObjectBytes: 4_194_304, maxTotalBytes: 1_073_741_824 },
    alerts: { alertAfter: 4, receiptsPerSource: 5, receipts: 6 },
    labels: { windowMs: 28_800_000 },
    servers: {
      files: {
        transport: 'stdio',
        command: 'node',
        args: ['server.js'],
        env: { TOKEN: 'a-s3cret-b' },
        cwd: join(folder, 'here'),
        protocol: 'auto',
        callTimeoutMs: 5000,
        isolation: 'agent',
        ...{ fulfils: ['differential_privacy', 'log_level=info'], trust: 'first_use' },
        ...{ schema: 'lenient', sanitise: 'mark' },
      },
      slack: {
        transport: 'http',
        url: 'https://slack.example.com/mcp',
        headers: { Authorization: 'Bearer s3cret' },
        ...{ introspectionSecret: 's3cret', tls: { pins: [], minVersion: 'TLSv1.3' } },
        ...{ protocol: 'auto', callTimeoutMs: 60_000, isolation: 'agent' },
        ...{ fulfils: [], schema: 'strict', sanitise: 'on' },
      },
    },
    tools: { trust: 'review', relistMs: 30_000 },
    memory: {
      'CRM.customers': {
        ...{ description: 'customers', seed: join(folder, 'seed.json') },
        fulfils: ['input_validation'],
      },
    },
    budgets: { llm: { limit: 2.5, perMs: 86_400_000, unit: 'USD', perAgent: true } },
    limits: { answerBytes: 268_435_456 },
    listen: {
      mcp: {
        host: '0.0.0.0',
        port: 0,
        allowedHosts: ['gate.example.com'],
        allowedOrigins: ['https://console.example.com'],
        tls: { certificate: { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') } },
      },
    },
    attributes: {
      operations: { 'crm.*': { expected_seconds: 90 } },
      resources: { 'CRM.customers': { classification: 'confidential' } },
      system: { maintenance_mode: false },
    },
    ledger: config.ledger,
    ...{ identity: config.identity, oauth: { delegationDepth: 4, consentTtlMs: 28_800_000 } },
    certificates: CERTIFICATES,
    keys: { root: join(folder, 'root.pem'), rotateEveryMs: 7_776_000_000, overlapMs: 86_400_000 },
    ...{ tenants: {}, warnings: [] },
  })
})

/** `=== name`, the file, `---`, and exactly what is said about it. */
const MISTAKES = readFileSync(new URL('./fixtures/mistakes.txt', import.meta.url), 'utf8')

for (const mistake of MISTAKES.split(/^=== /m).slice(1)) {
  const [, name = '', text = '', message = ''] = /^([^\n]*)\n(.*?\n)---\n(.*)$/s.exec(mistake) ?? []
  test(`${name} is named with file, line, column and cure`, async (t) => {
    const expected = { code: 'CONFIG_INVALID', message: message.trimEnd() }
    assert.deepEqual(await refusal(t, text), expected)
  })
}

test('a listener beyond loopback without TLS has a code of its own', async (t) => {
  for (const host of ['0.0.0.0', '::', '192.0.2.7', 'gate.example.com']) {
    const { code, message } = await refusal(t, `[listen.mcp]\nhost = "${host}"\n`)
    assert.equal(code, 'CONFIG_INSECURE_LISTENER')
    assert.match(message, /^portcullis\.toml:2:8: beyond loopback the listener needs/)
  }
  for (const host of ['127.0.0.1', '127.3.2.1', '::1', 'localhost']) {
    await loadText(t, `[listen.mcp]\nhost = "${host}"\n`)
  }
})

test('plain HTTP is for this machine, or for who insists', async (t) => {
  const server = '[servers.a]\ntransport = "http"\n'
  await loadText(t, `${server}url = "http://127.0.0.1:3000/mcp"\n`)
  await loadText(t, `${server}url = "http://[::1]:3000/mcp"\n`)
  await loadText(t, `${server}url = "http://example.com/mcp"\nallow_plaintext = true\n`)
  const { message } = await refusal(t, `${server}url = "https://me:pass@example.com/"\n`)
  assert.match(message, /an address holds no credential/)
})

test('a file that is missing, unreadable, long, deep or no text is a coded error', async (t) => {
  const folder = await scratch(t)
  assert.throws(() => loadConfig(join(folder, 'none.toml'), {}), { code: 'CONFIG_MISSING' })
  mkdirSync(join(folder, 'a.toml'))
  assert.throws(() => loadConfig(join(folder, 'a.toml'), {}), { code: 'CONFIG_INVALID' })
  const deep = `a = ${'['.repeat(200_000)}`
  for (const text of ['#'.repeat(300_000), Buffer.from([0xff]), deep]) {
    const { code } = await refusal(t, text)
    assert.equal(code, 'CONFIG_INVALID')
  }
})
