import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadText } from '../support/config-text.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/tool-payloads.md', import.meta.url), 'utf8')

test('the servers of the guide are such as the configuration takes', async (t) => {
  const blocks = [...GUIDE.matchAll(/^```toml\n([\s\S]*?)^```$/gmu)].map(([, text = '']) => text)
  const { config } = await loadText(t, blocks.join('\n'))
  const { desk, web } = config.servers
  assert.deepEqual([desk?.schema, desk?.sanitise], ['lenient', 'on'])
  assert.deepEqual([web?.schema, web?.sanitise], ['strict', 'strict'])
})
