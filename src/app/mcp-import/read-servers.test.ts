import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readServers } from './read-servers.ts'
import { toConfig } from './to-config.ts'

const DESKTOP = `{
  "mcpServers": {
    "Filesystem": { "command": "npx", "args": ["-y", "server-filesystem", "/data"] },
    "github": { "command": "gh-mcp", "env": { "GITHUB_TOKEN": "ghp_secret" } },
  }
}`
const CODE = JSON.stringify({
  mcpServers: { crm: { type: 'http', url: 'https://crm.example/mcp', headers: { 'X-Key': 'k' } } },
  projects: { '/work': { mcpServers: { old: { type: 'sse', url: 'https://old.example/sse' } } } },
})
const VSCODE = `{
  // asked once
  "inputs": [{ "id": "api-key", "type": "promptString" }],
  "servers": {
    "my server": { "type": "stdio", "command": "run", "env": { "KEY": "\${input:api-key}" } },
    "off": { "command": "x", "disabled": true },
    "odd": { "args": [] }
  }
}`

const configOf = (text: string, taken: readonly string[] = []) =>
  toConfig(readServers(text, 'client.json').servers, new Set(taken))
const textOf = (text: string) => configOf(text).servers.map((server) => server.text)

test('what each client writes becomes a server of ours', () => {
  assert.deepEqual(textOf(DESKTOP), [
    [
      '[servers.filesystem]\ntransport = "stdio"\ncommand = "npx"',
      'args = ["-y","server-filesystem","/data"]',
    ].join('\n'),
    [
      '[servers.github]\ntransport = "stdio"\ncommand = "gh-mcp"',
      '[servers.github.env]\n"GITHUB_TOKEN" = "${GITHUB_GITHUB_TOKEN}"',
    ].join('\n'),
  ])
  assert.deepEqual(textOf(CODE), [
    [
      '[servers.crm]\ntransport = "http"\nurl = "https://crm.example/mcp"',
      '[servers.crm.headers]\n"X-Key" = "${CRM_X_KEY}"',
    ].join('\n'),
    '[servers.old]\ntransport = "http"\nprotocol = "sse"\nurl = "https://old.example/sse"',
  ])
  assert.match(textOf(VSCODE)[0] ?? '', /\[servers\.my-server\][\s\S]*"KEY" = "\$\{API_KEY\}"/)
})

test('attack: a secret of a client ends up in the configuration', () => {
  const { servers, variables } = configOf(DESKTOP)
  assert.doesNotMatch(JSON.stringify(servers), /ghp_secret/)
  assert.equal(variables.get('GITHUB_GITHUB_TOKEN'), 'ghp_secret')
})

test('what cannot be taken is told, with why', () => {
  assert.deepEqual(
    readServers(VSCODE, 'client.json').left.map(({ name, why }) => `${name}: ${why}`),
    ['off: it is disabled', 'odd: it has neither `command` nor `url`'],
  )
  const cases = ['{ "mcpServers": { "a": ', '[]', '"x"', '{ nonsense }']
  for (const text of cases) {
    assert.throws(() => readServers(text, 'client.json'), { code: 'IMPORT_UNREADABLE' }, text)
  }
  assert.throws(() => readServers('{\n\n  "a": }', 'c.json'), { message: /^c\.json:3: / })
})

test('names are ours, and none is given twice', () => {
  const same = '{"mcpServers": {"Äpfel & Co": {"command": "a"}, "99": {"command": "b"}}}'
  const names = configOf(same, ['server']).servers.map(({ as }) => as)
  assert.deepEqual(names, ['server-2', 'apfel-co'])
  const long = JSON.stringify({ mcpServers: { [`a${'b'.repeat(50)}`]: { command: 'a' } } })
  assert.equal(configOf(long).servers[0]?.as.length, 32)
})
