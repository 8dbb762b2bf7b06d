import assert from 'node:assert/strict'
import { createHmac, createSecretKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { payloadDigest } from '../../kernel/receipt/payload-digest.ts'
import type { Receipt, RecordedPayload } from '../../kernel/receipt/receipt.ts'
import { readDataKeys } from './data-keys.ts'
import { type OpenPayloads, openPayloads, type PayloadsOptions } from './open-payloads.ts'

const NOW = 1_790_000_000_000
const TENANT_KEY = createSecretKey(Buffer.alloc(32, 7))
const PAYLOAD = { customer: 4711, note: 'a word that nobody else would write: zwetschkenknödel' }

async function place(t: TestContext, changed: Partial<PayloadsOptions> = {}) {
  const folder = await scratch(t)
  const keys = { file: join(folder, 'data-keys.db'), tenant: 'default', tenantKey: TENANT_KEY }
  const options: PayloadsOptions = {
    ...{ keys, file: join(folder, 'payloads.db'), origin: 'example.com/log' },
    ...{ maxBytes: 4_096, maxTotalBytes: 1_048_576, clock: { now: () => NOW } },
    ...changed,
  }
  let store: OpenPayloads | undefined
  const open = () => {
    store?.close()
    store = openPayloads(options)
    return store
  }
  const close = () => {
    store?.close()
    store = undefined
  }
  t.after(close)
  return { folder, open, close }
}

function receipt(id: string, payload: RecordedPayload): Receipt {
  return {
    ...{ v: 1, log: 'example.com/log', seq: 0, id, ts: NOW, run: 'r', kind: 'decision' },
    ...{ actor: [], channel: { door: 'mcp', peer: '' }, in: payload },
  }
}

async function keep(store: OpenPayloads, id: string, payload = PAYLOAD): Promise<Receipt> {
  const subject = 'agent:sales'
  const named = store.digest(payload, subject)
  await store.keep({ receipt: id, run: 'r', at: NOW, path: 'in', subject, payload })
  return receipt(id, { ...named, sealed: true })
}

const code = (code: string) => ({ code })

test('a kept payload opens again after a restart, and stands nowhere in clear', async (t) => {
  const { folder, open, close } = await place(t)
  const kept = await keep(open(), 'a')
  assert.deepEqual(open().open(kept, 'in'), PAYLOAD)
  close()
  for (const name of ['payloads.db', 'data-keys.db']) {
    const bytes = readFileSync(join(folder, name))
    assert.equal(bytes.includes('zwetschken'), false)
    assert.equal(bytes.includes('sales'), false)
  }
})

test('a payload has another digest for each subject, whose pseudonym is no name', async (t) => {
  const store = (await place(t)).open()
  const [one, other] = [store.digest(PAYLOAD, 'data:1'), store.digest(PAYLOAD, 'data:2')]
  assert.notEqual(one.digest, other.digest)
  assert.match(one.subject ?? '', /^[0-9a-f]{32}$/)
  assert.notEqual(one.subject, other.subject)
  assert.deepEqual(store.digest(PAYLOAD, 'data:1'), one)
})

test('attack: a payload swapped with that of another receipt does not open', async (t) => {
  const { folder, open, close } = await place(t)
  const store = open()
  const first = await keep(store, 'a')
  // Of the same content: the digest alone would not tell them apart.
  await keep(store, 'b')
  close()
  const db = new DatabaseSync(join(folder, 'payloads.db'))
  const swap = db.prepare('SELECT sealed FROM payload WHERE receipt = ?').get('b')?.sealed
  db.prepare('UPDATE payload SET sealed = ? WHERE receipt = ?').run(swap ?? null, 'a')
  db.close()
  assert.throws(() => open().open(first, 'in'), code('PAYLOAD_INVALID'))
})

test('attack: a ciphertext that was cut or altered anywhere does not open', async (t) => {
  const { folder, open, close } = await place(t)
  const kept = await keep(open(), 'a')
  close()
  const file = join(folder, 'payloads.db')
  const change = (to: (sealed: Buffer) => Buffer) => {
    const db = new DatabaseSync(file)
    const row = db.prepare('SELECT sealed FROM payload').get()
    const sealed = Buffer.from(row?.sealed instanceof Uint8Array ? row.sealed : [])
    db.prepare('UPDATE payload SET sealed = ?').run(to(Buffer.from(sealed)))
    db.close()
    return sealed
  }
  const whole = change((sealed) => sealed)
  for (const length of [0, 5, 12, 28, whole.length - 1]) {
    change(() => whole.subarray(0, length))
    assert.throws(() => open().open(kept, 'in'), code('PAYLOAD_INVALID'), `${length} bytes`)
    close()
  }
  for (let at = 0; at < whole.length; at += 7) {
    const altered = Buffer.from(whole)
    altered[at] = (altered[at] ?? 0) ^ 1
    change(() => altered)
    assert.throws(() => open().open(kept, 'in'), code('PAYLOAD_INVALID'), `byte ${at}`)
    close()
  }
  change(() => whole)
  assert.deepEqual(open().open(kept, 'in'), PAYLOAD)
})

test('attack: a payload that is not the one of the receipt is refused', async (t) => {
  const store = (await place(t)).open()
  const kept = await keep(store, 'a')
  const other = store.digest({ customer: 1 }, 'agent:sales')
  const changed = receipt('a', { ...kept.in, ...other, sealed: true })
  assert.throws(() => store.open(changed, 'in'), code('PAYLOAD_INVALID'))
})

test('attack: guessing a low-entropy payload from its digest fails without the key', async (t) => {
  const { folder, open, close } = await place(t)
  const store = open()
  const { digest, subject = '' } = store.digest({ pin: 42 }, 'data:4711')
  const guesses = (key: Uint8Array) =>
    Array.from({ length: 100 }, (_, pin) => payloadDigest(key, { pin }).digest)
  const erasure = { receipt: 'e', pseudonym: subject, at: NOW, reason: '', payloads: 0 }
  store.keys.destroy({ ...erasure, again: false })
  store.keys.scrub()
  // Whoever has the key of the tenant and knows the subject has no key to guess with any more.
  const tenant = TENANT_KEY.export()
  const known = createHmac('sha256', tenant).update('data:4711').digest()
  for (const key of [tenant, known, Buffer.from(subject, 'hex')]) {
    assert.equal(guesses(key).includes(digest), false)
  }
  assert.notEqual(store.digest({ pin: 42 }, 'data:4711').digest, digest)
  close()
  assert.equal(readFileSync(join(folder, 'data-keys.db')).includes(canonical({ pin: 42 })), false)
})

test('of a destroyed key nothing is left in the file or beside it', async (t) => {
  const { folder, open, close } = await place(t)
  const store = open()
  const { subject = '' } = store.digest(PAYLOAD, 'data:4711')
  const erasure = { receipt: 'e', pseudonym: subject, at: NOW, reason: '', payloads: 0 }
  close()
  const before = new DatabaseSync(join(folder, 'data-keys.db'))
  const row = before.prepare('SELECT wrapped FROM data_key').get()
  const wrapped = Buffer.from(row?.wrapped instanceof Uint8Array ? row.wrapped : [])
  before.close()
  assert.ok(readFileSync(join(folder, 'data-keys.db')).includes(wrapped))
  const again = open()
  again.keys.destroy({ ...erasure, again: false })
  again.keys.scrub()
  for (const name of ['data-keys.db', 'data-keys.db-wal']) {
    assert.equal(readFileSync(join(folder, name)).includes(wrapped), false, name)
  }
})

test('a payload whose subject was erased says so', async (t) => {
  const store = (await place(t)).open()
  const kept = await keep(store, 'a')
  const pseudonym = kept.in?.subject ?? ''
  const erasure = { receipt: 'e', pseudonym, at: NOW, reason: '', payloads: 1, again: false }
  store.keys.destroy(erasure)
  assert.throws(() => store.open(kept, 'in'), code('PAYLOAD_ERASED'))
})

test('what is too large, or too much, is refused and not kept', async (t) => {
  const { open } = await place(t, { maxBytes: 4_096, maxTotalBytes: 4_096 })
  const store = open()
  const large = { ...PAYLOAD, note: 'x'.repeat(4_096) }
  await assert.rejects(keep(store, 'a', large), code('PAYLOAD_TOO_LARGE'))
  const most = { ...PAYLOAD, note: 'x'.repeat(3_000) }
  await keep(store, 'b', most)
  await assert.rejects(keep(store, 'c', most), code('PAYLOADS_FULL'))
})

test('a payload that cannot be written is refused, and the next one goes on', async (t) => {
  const store = (await place(t)).open()
  await keep(store, 'a')
  await assert.rejects(keep(store, 'a'), code('PAYLOAD_UNAVAILABLE'))
  await keep(store, 'b')
})

test('keys of another tenant key, or of another file, do not open', async (t) => {
  const { folder, open, close } = await place(t)
  open().digest(PAYLOAD, 'data:1')
  close()
  const file = join(folder, 'data-keys.db')
  const keys = { file, tenant: 'default', tenantKey: createSecretKey(Buffer.alloc(32, 8)) }
  const spec = { file: join(folder, 'payloads.db'), origin: 'o', maxBytes: 1, maxTotalBytes: 1 }
  const clock = { now: () => NOW }
  assert.throws(() => openPayloads({ ...spec, keys, clock }), code('DATA_KEYS_INVALID'))
  writeFileSync(file, 'nothing of ours'.repeat(100))
  const ours = { ...keys, tenantKey: TENANT_KEY }
  assert.throws(() => openPayloads({ ...spec, keys: ours, clock }), code('DATA_KEYS_UNAVAILABLE'))
})

test('keys are read beside their writer, and not one that was destroyed meanwhile', async (t) => {
  const { folder, open } = await place(t)
  const store = open()
  const { subject: pseudonym } = store.digest(PAYLOAD, 'data:4711')
  const tenancy = { tenant: 'default', tenantKey: TENANT_KEY }
  const reader = readDataKeys(join(folder, 'data-keys.db'), tenancy)
  t.after(() => reader.close())
  assert.equal(reader.named(pseudonym)?.pseudonym, pseudonym)
  const erasure = { receipt: 'e', pseudonym, at: NOW, reason: '', payloads: 0, again: false }
  store.keys.destroy(erasure)
  store.keys.scrub()
  assert.equal(reader.named(pseudonym), undefined)
  assert.throws(() => readDataKeys(join(folder, 'none.db'), tenancy), code('DATA_KEYS_UNAVAILABLE'))
})

test('a reader that is in the way of a scrub makes it fail, not lie', async (t) => {
  const { folder, open } = await place(t)
  const store = open()
  store.digest(PAYLOAD, 'data:4711')
  const reader = new DatabaseSync(join(folder, 'data-keys.db'), { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT * FROM data_key').all()
  store.digest(PAYLOAD, 'data:4712')
  assert.throws(() => store.keys.scrub(), code('DATA_KEYS_UNAVAILABLE'))
  reader.close()
  store.keys.scrub()
})
