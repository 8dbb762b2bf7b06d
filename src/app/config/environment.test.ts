import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'

const SALES = `[roles.sales]
[agents.sales]
roles = ["sales"]
`

test('the environment is above the file, by path', async (t) => {
  const text = `${SALES}[servers.my-files]\ntransport = "stdio"\ncommand = "a"\n`
  const { folder, config } = await loadText(t, text, {
    PORTCULLIS_LISTEN_MCP_PORT: '0',
    PORTCULLIS_LISTEN_MCP_ALLOWED_HOSTS: 'a.example, b.example:81',
    PORTCULLIS_DATA_DIR: 'elsewhere',
    PORTCULLIS_AGENTS_SALES_TOKEN_TTL: '1h',
    PORTCULLIS_SERVERS_MY_FILES_COMMAND: 'b',
    PORTCULLIS_POLICY_DIR: '',
    PORTCULLIS_CONFIG: 'no setting',
    PORTCULLIS_DEBUG: '1',
    PATH: '/bin',
  })
  assert.equal(config.listen.mcp.port, 0)
  assert.deepEqual(config.listen.mcp.allowedHosts, ['a.example', 'b.example:81'])
  assert.equal(config.dataDir, join(folder, 'elsewhere'))
  assert.equal(config.agents.sales?.tokenTtlMs, 3_600_000)
  assert.equal(config.policyDir, join(folder, 'policies'))
  assert.deepEqual(config.servers['my-files'], {
    ...{ transport: 'stdio', command: 'b', args: [], env: {} },
    ...{ protocol: 'auto', callTimeoutMs: 60_000, isolation: 'agent' },
    ...{ fulfils: [], schema: 'strict', sanitise: 'on' },
  })
})

const MISTAKEN_VARIABLES: readonly [env: NodeJS.ProcessEnv, message: string][] = [
  [
    { PORTCULLIS_LISTEN_MCP_PROT: '1' },
    'PORTCULLIS_LISTEN_MCP_PROT: no setting of this name: ' +
      'did you mean `PORTCULLIS_LISTEN_MCP_PORT`?',
  ],
  [
    { PORTCULLIS_WITNESS: '1' },
    'PORTCULLIS_WITNESS: no setting of this name: see `docs/reference/config.md`',
  ],
  [
    { PORTCULLIS_LISTEN_MCP_PORT: 'http' },
    'PORTCULLIS_LISTEN_MCP_PORT: `listen.mcp.port` must be an integer, not a string',
  ],
  [
    { PORTCULLIS_AGENTS_NOBODY_TOKEN_TTL: '1m' },
    'PORTCULLIS_AGENTS_NOBODY_TOKEN_TTL: no setting of this name: see `docs/reference/config.md`',
  ],
  [
    { PORTCULLIS_ROLES_A_B_DESCRIPTION: 'x' },
    'PORTCULLIS_ROLES_A_B_DESCRIPTION: means `roles.a-b.description` and ' +
      '`roles.a_b.description`: set it in the file',
  ],
]

test('a mistaken variable is named', async (t) => {
  for (const [env, message] of MISTAKEN_VARIABLES) {
    const found = await refusal(t, '[roles.a-b]\n[roles.a_b]\n', env)
    assert.deepEqual(found, { code: 'CONFIG_INVALID', message })
  }
})

test('a variable can make a refused listener safe, and a safe one refused', async (t) => {
  const host = '[listen.mcp]\nhost = "0.0.0.0"\n'
  await loadText(t, host, { PORTCULLIS_LISTEN_MCP_HOST: '127.0.0.1' })
  const { code } = await refusal(t, '', { PORTCULLIS_LISTEN_MCP_HOST: '0.0.0.0' })
  assert.equal(code, 'CONFIG_INSECURE_LISTENER')
})
