import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { parseEntries } from '../../src/kernel/tlog/tiles.ts'
import { runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy desk { allow: desk.echo }'

async function published(t: TestContext, more = '') {
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], more })
  t.after(() => running.close())
  const get = (path: string) => fetch(`${running.runtime.address}/log/${path}`)
  const vkey = readFileSync(join(running.folder, '.portcullis', 'keys', 'ledger.vkey'), 'utf8')
  return { running, get, key: parseVerifierKey(vkey.trim()) }
}

test('a runtime shows the log of its heads, and none of its receipts', async (t) => {
  const { running, get, key } = await published(t)
  const { size } = openCheckpoint(await (await get('checkpoint')).text(), key)
  assert.ok(size > 0)
  const bundle = await get(`tile/entries/000.p/${size}`)
  const [head = ''] = parseEntries(new Uint8Array(await bundle.arrayBuffer()))
    .map((entry) => Buffer.from(entry).toString('utf8'))
    .slice(-1)
  const [origin = '', receipts = ''] = head.split('\n')
  assert.equal(Number(receipts), running.receipts().length)
  const id = origin.slice(-16)
  for (const path of [`l/${id}/checkpoint`, `tile/0/000.p/${size + 1}`]) {
    assert.equal((await get(path)).status, 404, path)
  }
})

test('a runtime that publishes all shows the receipts in the log of their tenant', async (t) => {
  const { running, get, key } = await published(t, '[ledger]\npublish = "all"')
  const [first] = running.receipts()
  assert.ok(first)
  const id = first.log.slice(-16)
  const bundle = await get(`l/${id}/tile/entries/000.p/1`)
  const [entry = new Uint8Array()] = parseEntries(new Uint8Array(await bundle.arrayBuffer()))
  assert.deepEqual(JSON.parse(Buffer.from(entry).toString('utf8')), first)
  assert.ok(first.log.startsWith(`${key.name}/l/`))
})

test('a runtime that publishes nothing has no log over HTTP', async (t) => {
  const { get } = await published(t, '[ledger]\npublish = "none"')
  assert.equal((await get('checkpoint')).status, 404)
})
