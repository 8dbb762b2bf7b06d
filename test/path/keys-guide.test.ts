import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellBlocks } from '../support/guide.ts'
import { offlineRoot } from '../support/offline-root.ts'

test('the guide to keys can be followed to the letter', async (t) => {
  const { shell, list, states, address } = await offlineRoot(t)
  const blocks = [...shellBlocks('keys.md')]
  const next = (start: string) => {
    const block = blocks.shift() ?? ''
    assert.ok(block.includes(start), block)
    return shell(block)
  }
  const created = await next('keys root create --out root-b.pem')
  const [, id = ''] = /\nroot ([0-9a-f]{64})/.exec(created) ?? []
  assert.ok((await next('openssl pkey')).includes(id))
  assert.match(await next('portcullis status'), /trust +version 1, good until/)

  await next('keys trust draft')
  assert.match(await next('keys trust sign'), /signed by 1 of its roots: enough/)
  assert.match(await next('keys trust publish'), /version 2, good until \S+\n$/)
  await next('--threshold 2')
  assert.match(await shell('portcullis keys trust show'), /by 2 of its roots; 2 needed/)

  assert.match(await next('keys rotate'), /the keys have changed since/)
  await assert.rejects(shell('portcullis keys retire'), /KEY_OVERLAP/)
  const signed = `portcullis keys trust draft --out trust.json
portcullis keys trust sign trust.json --root root.pem
portcullis keys trust sign trust.json --root root-b.pem
portcullis keys trust publish trust.json`
  await shell(signed)
  await next('keys retire')
  await shell(signed)
  assert.deepEqual(await states(), ['retired', 'active'])
  assert.equal((await list()).trust.standing, 'current')
  assert.match(await next('--head ledger.head'), /^HOLDS: version 5[\s\S]*\nHOLDS: size \d+ of /)
  assert.deepEqual(blocks, [])

  const files = []
  for (let version = 1; version <= 5; version += 1) {
    const answer = await fetch(`${address}/.well-known/portcullis-trust/${version}.json`)
    files.push(await answer.text())
  }
  const current = await fetch(`${address}/.well-known/portcullis-trust.json`)
  assert.equal(await current.text(), files.at(-1))
})
