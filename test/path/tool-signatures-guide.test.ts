import assert from 'node:assert/strict'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadText } from '../support/config-text.ts'
import { runShell, shellBlocks } from '../support/guide.ts'
import { scratch } from '../support/scratch.ts'

const GUIDE = new URL('../../docs/guide/tool-signatures.md', import.meta.url)

test('the guide to signatures of tools can be followed to the letter', async (t) => {
  const folder = await scratch(t)
  const tools = [{ name: 'find', inputSchema: { type: 'object' } }]
  writeFileSync(join(folder, 'tools.json'), JSON.stringify({ tools }))
  symlinkSync(process.execPath, join(folder, 'node'))
  const [sign = '', ...more] = shellBlocks('tool-signatures.md')
  assert.deepEqual(more, [])
  const said = await runShell(`PATH="$PWD:$PATH"\n${sign}`, folder)
  assert.match(said, /^find: signed by example\.com, sha256:[0-9a-f]{64}$/m)
})

test('what the guide says of the configuration is read as it stands', async (t) => {
  const blocks = readFileSync(GUIDE, 'utf8').matchAll(/```toml\n([\s\S]*?)```/gu)
  const [first = '', second = ''] = [...blocks].map(([, block = '']) => block)
  const { config } = await loadText(t, first)
  assert.equal(config.servers.crm?.schemapin?.level, 'require')
  const server = first.slice(0, first.indexOf('[servers.crm.schemapin]'))
  const named = await loadText(t, `${server}${second}`)
  assert.equal(named.config.servers.crm?.schemapin?.keys.length, 1)
})
