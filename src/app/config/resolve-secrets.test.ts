import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadText, refusal } from '../../../test/support/config-text.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { loadConfig } from './load-config.ts'

test('who only looks needs no secret and no file of the runtime', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(
    file,
    `[servers.a]\ntransport = "http"\nurl = "https://a.example/"\nheaders = { x = "\${NOT_SET}" }
[memory.notes]\nseed = "none.json"\n`,
  )
  const { servers } = loadConfig(file, {}, { purpose: 'inspect' })
  assert.ok(servers.a?.transport === 'http')
  assert.deepEqual(servers.a.headers, { x: '${NOT_SET}' })
  assert.throws(() => loadConfig(file, {}), { code: 'CONFIG_INVALID' })
})

test('a secret written out is warned of, by place and never by value', async (t) => {
  const { folder, config } = await loadText(
    t,
    `[servers.a]
transport = "http"
url = "https://a.example/"
headers = { Authorization = "Bearer s3cret", x-other = "plain", cookie = "\${COOKIE}" }
introspection_secret = "s3cret"
`,
    { COOKIE: 'c' },
  )
  const cure = 'is written out: take it from the environment with `${NAME}`'
  assert.deepEqual(
    config.warnings.map((warning) => warning.replace(`${folder}/`, '')),
    [
      `portcullis.toml:4:29: \`servers.a.headers.Authorization\` ${cure}`,
      `portcullis.toml:5:24: \`servers.a.introspection_secret\` ${cure}`,
    ],
  )
})

test('a secret with a line break or without content is refused by name', async (t) => {
  const text = '[servers.a]\ntransport = "http"\nurl = "https://a.example/"\nheaders.x = "${S}"\n'
  const broken = await refusal(t, text, { S: 's3cret\nx-injected: 1' })
  assert.match(
    broken.message,
    /^portcullis\.toml:4:13: `servers\.a\.headers\.x` holds a line break/,
  )
  assert.doesNotMatch(broken.message, /s3cret/)
  const empty = await refusal(t, text, { S: '' })
  assert.match(empty.message, /the variable `S` is empty/)
})

test('no mistake anywhere in a file shows a secret of it', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  const whole = `[listen.mcp]
port = 7070
[servers.a]
transport = "http"
url = "https://a.example/"
headers = { authorization = "Bearer s3cret-s3cret", cookie = 's3cret-s3cret' }
introspection_secret = "s3cret-s3cret"
[servers.b]
transport = "stdio"
command = "x"
env.TOKEN = """
s3cret-s3cret"""
`
  const strays = fc.constantFrom(
    '"',
    "'",
    '=',
    '[',
    ']',
    '{',
    '}',
    '\n',
    ' 1 ',
    '#',
    '\\q',
    'x',
    '',
  )
  fc.assert(
    fc.property(fc.nat(whole.length), strays, fc.nat(3), (at, stray, dropped) => {
      writeFileSync(file, whole.slice(0, at) + stray + whole.slice(at + dropped))
      try {
        loadConfig(file, {})
      } catch (error) {
        assert.ok(error instanceof PortcullisError)
        assert.doesNotMatch(error.message, /s3cret-s/)
      }
    }),
    { numRuns: 1000 },
  )
})
