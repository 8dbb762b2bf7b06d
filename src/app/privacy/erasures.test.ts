import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import type { Hold, HoldScope } from '../../kernel/privacy/hold.ts'
import type { Receipt, ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { type OpenPayloads, openPayloads } from '../../stores/payloads/open-payloads.ts'
import { Erasures } from './erasures.ts'

const NOW = 1_790_000_000_000
const SUBJECT = 'data:4711'
const PAYLOAD = { note: 'secret' }

/** A ledger in memory, and a store on the disk that can be closed as by a crash. */
async function place(t: TestContext) {
  const folder = await scratch(t)
  const file = join(folder, 'data-keys.db')
  const tenantKey = createSecretKey(Buffer.alloc(32, 7))
  const receipts: Receipt[] = []
  const holds: Hold[] = []
  let store: OpenPayloads | undefined
  let id = 0
  let failAt = Number.POSITIVE_INFINITY
  const step = () => {
    failAt -= 1
    if (failAt === 0) throw new Error('the power is gone')
  }
  const append = async (draft: ReceiptDraft) => {
    step()
    const seq = receipts.push({ ...draft, v: 1, log: 'l', seq: receipts.length }) - 1
    return { id: draft.id, seq }
  }
  const open = () => {
    store?.close()
    store = openPayloads({
      keys: { file, tenant: 'default', tenantKey },
      ...{ file: join(folder, 'payloads.db'), origin: 'l', clock: { now: () => NOW } },
      ...{ maxBytes: 4_096, maxTotalBytes: 1_048_576 },
    })
    const erasures = new Erasures({
      ...{ tenant: 'default', store: counted(store, step), ledger: { append } },
      ...{ clock: { now: () => NOW }, ids: { next: () => `e${id++}` }, holds: () => holds },
      past: {
        size: () => receipts.length,
        erasures: (from) => receipts.slice(from).filter(({ kind }) => kind === 'erasure'),
        holds: () => [],
        inRun: (run) => receipts.filter((receipt) => receipt.run === run),
      },
      log: { warn: () => undefined },
    })
    return { store, erasures }
  }
  const close = () => {
    store?.close()
    store = undefined
  }
  t.after(close)
  const fail = (at: number) => {
    failAt = at
  }
  return { file, receipts, holds, open, close, fail, append }
}

/** The store as it is, but for steps of an erasure that may fail before they are done. */
function counted(store: OpenPayloads, step: () => void): OpenPayloads {
  const before = <T extends object>(of: T, names: readonly (keyof T)[]): T =>
    new Proxy(of, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (names.includes(name as keyof T)) step()
          return Reflect.apply(value, target, args)
        }
      },
      set: (target, name, value) => Reflect.set(target, name, value),
    })
  const keys = before(store.keys, ['destroy', 'scrub', 'concluded'])
  const file = before(store.file, ['erase'])
  return { ...store, keys, file } as unknown as OpenPayloads
}

async function keep(store: OpenPayloads, run = 'r'): Promise<string> {
  await store.keep({ receipt: run, run, at: NOW, path: 'in', subject: SUBJECT, payload: PAYLOAD })
  return store.digest(PAYLOAD, SUBJECT).subject ?? assert.fail()
}

const erasuresOf = (receipts: readonly Receipt[]) => receipts.map(({ event }) => event?.name)

test('erasing destroys the key and what was kept, and says so once', async (t) => {
  const { receipts, open } = await place(t)
  const { store, erasures } = open()
  const pseudonym = await keep(store)
  const dry = await erasures.erase(SUBJECT, { dryRun: true })
  assert.deepEqual(dry, { state: 'erasable', pseudonym, payloads: 1 })
  const erased = await erasures.erase(SUBJECT, { reason: 'asked' })
  assert.equal(erased.state, 'erased')
  assert.deepEqual(receipts[0]?.event, {
    ...{ name: 'subject.erased', detail: 'asked', count: 1, subject: pseudonym },
  })
  assert.equal(receipts[0]?.id, erased.receipt)
  assert.equal(store.keys.named(pseudonym), undefined)
  assert.equal(store.file.of(pseudonym).length, 0)
  assert.deepEqual(await erasures.erase(SUBJECT, {}), { state: 'unknown', payloads: 0 })
  assert.equal(receipts.length, 1)
})

test('a crash at each step leaves all of it, or an erasure with one receipt later', async (t) => {
  for (let at = 1; ; at += 1) {
    const { receipts, open, close, fail } = await place(t)
    const { store, erasures } = open()
    const pseudonym = await keep(store)
    fail(at)
    const ended = await erasures.erase(SUBJECT, {}).then(
      () => true,
      () => false,
    )
    fail(Number.POSITIVE_INFINITY)
    close()
    const next = open()
    await next.erasures.settle()
    if (at === 1) {
      assert.ok(next.store.keys.named(pseudonym), 'nothing had happened yet')
      assert.deepEqual(receipts, [])
    } else {
      assert.equal(next.store.keys.named(pseudonym), undefined, `step ${at}`)
      assert.equal(next.store.file.of(pseudonym).length, 0, `step ${at}`)
      assert.deepEqual(erasuresOf(receipts), ['subject.erased'], `step ${at}`)
      assert.deepEqual(next.store.keys.begun(), [])
    }
    close()
    if (ended) return assert.equal(at, 6, 'destroy, scrub, erase, append, concluded')
  }
})

test('attack: an older copy of the keys is put back: its key is destroyed again', async (t) => {
  const { file, receipts, open, close } = await place(t)
  const first = open()
  const pseudonym = await keep(first.store)
  close()
  copyFileSync(file, `${file}.backup`)
  await open().erasures.erase(SUBJECT, {})
  close()
  copyFileSync(`${file}.backup`, file)
  const { store, erasures } = open()
  assert.ok(store.keys.named(pseudonym), 'the copy has the key')
  await erasures.settle()
  assert.equal(store.keys.named(pseudonym), undefined)
  assert.deepEqual(erasuresOf(receipts), ['subject.erased', 'subject.erased_again'])
  await erasures.settle()
  assert.equal(receipts.length, 2)
})

const RUN = 'held run'
const HELD: readonly [name: string, scope: HoldScope | 'subject', held: boolean][] = [
  ['the tenant', { kind: 'tenant' }, true],
  ['a run in which something of it is kept', { kind: 'run', run: 'r' }, true],
  ['a run in which a receipt names it', { kind: 'run', run: RUN }, true],
  ['another run', { kind: 'run', run: 'another' }, false],
  ['the subject', 'subject', true],
  ['another subject', { kind: 'subject', pseudonym: '00' }, false],
  ['a time in which it came up', { kind: 'time', from: 0, to: NOW }, true],
  ['a time before it came up', { kind: 'time', from: 0, to: NOW - 1 }, false],
  ['a time that is to come', { kind: 'time', from: NOW + 1, to: NOW + 2 }, false],
]

for (const [name, scope, held] of HELD) {
  test(`a hold of ${name} ${held ? 'refuses' : 'does not refuse'} an erasure`, async (t) => {
    const { receipts, holds, open, append } = await place(t)
    const { store, erasures } = open()
    const pseudonym = await keep(store)
    const named = { digest: '', bytes: 0, subject: pseudonym }
    const about = { actor: [], channel: { door: '', peer: '' }, in: named }
    await append({ id: 'd', ts: NOW, run: RUN, kind: 'decision', ...about })
    const of = scope === 'subject' ? { kind: scope, pseudonym } : scope
    const why = { reason: 'case 7', by: 'operator', since: NOW }
    holds.push({ id: 'h', tenant: 'default', scope: of, ...why })
    if (!held) return assert.equal((await erasures.erase(SUBJECT, {})).state, 'erased')
    await assert.rejects(erasures.erase(SUBJECT, {}), { code: 'HOLD_ACTIVE' })
    assert.ok(store.keys.named(pseudonym))
    const refused = receipts.at(-1)
    assert.equal(refused?.kind, 'refusal')
    assert.equal(refused?.code, 'HOLD_ACTIVE')
    assert.equal(refused?.event?.subject, pseudonym)
  })
}
