import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'

test('how much may be stored is said in bytes', async (t) => {
  const { config } = await loadText(
    t,
    '[storage]\nmax_object_bytes = 1_000\nmax_total_bytes = 2_000',
  )
  assert.deepEqual(config.storage, { maxObjectBytes: 1_000, maxTotalBytes: 2_000 })
})

test('an object larger than a request can carry is refused', async (t) => {
  const { code, message } = await refusal(t, '[storage]\nmax_object_bytes = 9_000_000')
  assert.equal(code, 'CONFIG_INVALID')
  assert.match(message, /max_object_bytes/)
})

for (const name of ['storage', 'acl']) {
  test(`no server may be called \`${name}\``, async (t) => {
    const server = `[servers.${name}]\ntransport = "stdio"\ncommand = "x"`
    assert.match((await refusal(t, server)).message, /is built in: choose another name/)
  })
}
