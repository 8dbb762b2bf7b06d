import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { DataKeys } from './data-keys.ts'
import { sealedTexts } from './sealed-texts.ts'

const TENANT_KEY = createSecretKey(Buffer.alloc(32, 7))
const WHERE = ['approval', 'a1']

async function keysOf(t: TestContext) {
  const file = join(await scratch(t), 'data-keys.db')
  const keys = new DataKeys({ file, tenant: 'acme', tenantKey: TENANT_KEY })
  t.after(() => keys.close())
  const [ann, bob] = [keys.of('data:ann', 1).pseudonym, keys.of('data:bob', 1).pseudonym]
  return { keys, ann, bob, texts: sealedTexts(keys, 'acme') }
}

test('a text opens under its subject at its place', async (t) => {
  const { ann, texts } = await keysOf(t)
  const sealed = texts.seal(ann, WHERE, 'für Ann')
  assert.equal(Buffer.from(sealed).includes('Ann'), false)
  assert.equal(texts.open(ann, WHERE, sealed), 'für Ann')
})

test('attack: a text that was moved, cut or altered opens nowhere', async (t) => {
  const { keys, ann, bob, texts } = await keysOf(t)
  const sealed = texts.seal(ann, WHERE, 'for Ann')
  const altered = Buffer.from(sealed)
  altered[14] = (altered[14] ?? 0) ^ 1
  const tries = [
    () => texts.open(ann, ['approval', 'a2'], sealed),
    () => texts.open(ann, ['memory', 'a1'], sealed),
    () => texts.open(bob, WHERE, sealed),
    () => sealedTexts(keys, 'globex').open(ann, WHERE, sealed),
    () => texts.open(ann, WHERE, sealed.subarray(0, 20)),
    () => texts.open(ann, WHERE, altered),
  ]
  for (const open of tries) assert.throws(open, { code: 'PAYLOAD_INVALID' })
})

test('once the subject is erased nothing opens, and nothing is sealed any more', async (t) => {
  const { keys, ann, texts } = await keysOf(t)
  const sealed = texts.seal(ann, WHERE, 'for Ann')
  const erasure = { receipt: 'e', pseudonym: ann, at: 1, reason: '', payloads: 0, again: false }
  keys.destroy(erasure)
  assert.equal(texts.open(ann, WHERE, sealed), undefined)
  assert.throws(() => texts.seal(ann, WHERE, 'more'), { code: 'PAYLOAD_ERASED' })
})
