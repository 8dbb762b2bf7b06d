import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { startRuntime } from '../../src/app/main.ts'
import { runShell, shellBlocks } from '../support/guide.ts'
import { scratch } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'

const PAGE = readFileSync(new URL('../../docs/guide/tenants.md', import.meta.url), 'utf8')

test('the guide on tenants holds, as it is written', async (t) => {
  const folder = await scratch(t)
  const files = [...PAGE.matchAll(/```(?:toml|text)\n# (\S+)\n([\s\S]*?)```/gu)]
  assert.deepEqual(
    files.map(([, name]) => name),
    ['portcullis.toml', 'acme.toml', 'acme-policies/own.policy'],
  )
  mkdirSync(join(folder, 'policies'))
  for (const [, name = '', text = ''] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const config = loadConfig(join(folder, 'portcullis.toml'), {})
  const runtime = await startRuntime(config, { log: silentLog })
  t.after(() => runtime.close())
  const [see = '', ledger = '', grant = ''] = shellBlocks('tenants.md')
  const seen = await runShell(see, folder)
  assert.match(seen, /^acme +2 +1 +2 +\d+$/m)
  assert.match(seen, /^sales +who sells$/m)
  assert.match(seen, /^bob +declared +editor in sales/m)
  assert.match(seen, /^clearance +2$/m)
  assert.match(seen, /^auditor +custom +any +admin\.agents\.\*/m)
  assert.match(await runShell(ledger, folder), /agent\.token_issued/)
  const granted = await runShell(grant, folder)
  assert.match(granted, /^human carol has viewer in sales$/m)
  assert.match(granted, /^agent bot has auditor in sales$/m)
  assert.match(granted, /^agent bot has no role$/m)
  assert.match(granted, /^carol is no member any more$/m)
})
