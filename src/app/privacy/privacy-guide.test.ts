import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { loadConfig } from '../config.ts'

const GUIDE = readFileSync(new URL('../../../docs/guide/privacy.md', import.meta.url), 'utf8')

test('the configuration of the guide loads and means what it says', async (t) => {
  const [, toml = assert.fail()] = /```toml\n(.*?)```/s.exec(GUIDE) ?? []
  const file = join(await scratch(t), 'portcullis.toml')
  writeFileSync(file, `${toml}\n[roles]\n`)
  const { payloads, retention, subjects } = loadConfig(file, {}).ledger
  assert.equal(payloads.keep, 'redacted')
  assert.deepEqual(retention, { payloadsMs: 90 * 86_400_000, receiptsMs: 400 * 86_400_000 })
  assert.deepEqual(subjects, { 'crm.lookup': ['customer_id'] })
})
