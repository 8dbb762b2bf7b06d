import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import type { KeyNews } from '../../kernel/trust/key-events.ts'
import { type DurableFiles, durableFiles } from './durable-files.ts'
import { LedgerKeyring, type LedgerSigners } from './ledger-keyring.ts'
import { openKeys, readKeySet } from './open-keys.ts'
import { vkeyOf } from './private-key.ts'

const AT = { notBefore: '2026-01-01T00:00:00.000Z', firstSize: 7 }
const FINAL = { size: 9, root: Buffer.alloc(32, 1).toString('base64') }
const news = (event: KeyNews['event']) => ({ event, detail: '' })
const rotated = () => news('key.rotated')

async function keySet(t: TestContext, { hybrid = false } = {}): Promise<string> {
  const directory = join(await scratch(t), 'keys')
  const { keyring } = await openKeys(directory, { origin: 'example.com/gate', now: 0 })
  if (hybrid) await keyring.addPostQuantum({ ...AT, firstSize: 0 })
  return directory
}

const open = (directory: string, files?: DurableFiles) =>
  LedgerKeyring.open(directory, 'example.com/gate', files)

const vkeysOf = ({ active, retiring }: LedgerSigners) =>
  [active, retiring].map((signer) => signer && vkeyOf(signer.name, createPublicKey(signer.key)))

const statesOf = ({ keys }: LedgerKeyring) => keys.map(({ state }) => state)

test('a key is succeeded, retired and compromised, and every state is on the disk', async (t) => {
  const directory = await keySet(t)
  const ring = await open(directory)
  const [first] = ring.keys
  await ring.succeed(AT, rotated)
  assert.deepEqual(statesOf(ring), ['retiring', 'active'])
  assert.deepEqual(vkeysOf(ring.signers), [ring.active.vkey, first?.vkey])
  const reopened = await open(directory)
  assert.deepEqual(reopened.keys, ring.keys)
  assert.deepEqual(vkeysOf(reopened.signers), vkeysOf(ring.signers))
  assert.equal((await readKeySet(directory))?.vkey, ring.active.vkey)

  await reopened.retire(FINAL, news('key.retired'))
  await reopened.compromise(first?.vkey ?? '', { ...FINAL, size: 8 }, news('key.compromised'))
  const last = await open(directory)
  assert.deepEqual(statesOf(last), ['compromised', 'active'])
  assert.equal(last.signers.retiring, undefined)
  assert.deepEqual(
    last.unrecorded.map(({ event }) => event),
    ['key.rotated', 'key.retired', 'key.compromised'],
  )
})

test('what has its receipt is forgotten, one by one', async (t) => {
  const directory = await keySet(t)
  const ring = await open(directory)
  await ring.succeed(AT, rotated)
  await ring.retire(FINAL, news('key.retired'))
  await ring.recorded()
  assert.deepEqual((await open(directory)).unrecorded, [news('key.retired')])
})

test('the private half of a retired key is destroyed, and no other', async (t) => {
  const directory = await keySet(t)
  const ring = await open(directory)
  await ring.succeed(AT, rotated)
  assert.deepEqual(await readdir(join(directory, 'ledger')), ['1.pem', '2.pem', 'states.json'])
  assert.equal((await stat(join(directory, 'ledger', '2.pem'))).mode & 0o777, 0o600)
  await ring.retire(FINAL, news('key.retired'))
  assert.deepEqual(await readdir(join(directory, 'ledger')), ['2.pem', 'states.json'])
})

test('the public key beside them is that of the active one', async (t) => {
  const directory = await keySet(t)
  const ring = await open(directory)
  await ring.succeed(AT, rotated)
  const line = await readFile(join(directory, 'ledger.vkey'), 'utf8')
  assert.equal(line, `${ring.active.vkey}\n`)
})

test('what its state forbids changes nothing', async (t) => {
  const directory = await keySet(t)
  const ring = await open(directory)
  const before = await readFile(join(directory, 'ledger', 'states.json'), 'utf8')
  await assert.rejects(ring.compromise(ring.active.vkey, FINAL, news('key.compromised')), {
    code: 'KEY_TRANSITION',
  })
  assert.equal(await readFile(join(directory, 'ledger', 'states.json'), 'utf8'), before)
})

for (const [name, spoil] of Object.entries({
  'the private half of the retiring key is gone': (folder: string) => rm(join(folder, '1.pem')),
  'the private half of the active key is gone': (folder: string) => rm(join(folder, '2.pem')),
})) {
  test(`a set is incomplete when ${name}`, async (t) => {
    const directory = await keySet(t)
    await (await open(directory)).succeed(AT, rotated)
    await spoil(join(directory, 'ledger'))
    await assert.rejects(open(directory), { code: 'KEYS_INCOMPLETE' })
  })
}

test('two private halves that changed places are refused', async (t) => {
  const directory = await keySet(t)
  await (await open(directory)).succeed(AT, rotated)
  const [one, two] = ['1.pem', '2.pem'].map((name) => join(directory, 'ledger', name))
  const content = await readFile(two ?? '')
  await writeFile(one ?? '', content)
  await assert.rejects(open(directory), { code: 'KEYS_INVALID' })
})

/** Files where the n-th change fails: before it is made, or when it is made and not confirmed. */
function failing(at: number, when: 'before' | 'after') {
  let step = 0
  const broken = async (work: () => Promise<void>) => {
    step += 1
    if (step === at && when === 'before') throw new Error('no power')
    await work()
    if (step === at) throw new Error('no power')
  }
  const files: DurableFiles = {
    replace: (...given) => broken(() => durableFiles.replace(...given)),
    create: (...given) => broken(() => durableFiles.create(...given)),
    remove: (...given) => broken(() => durableFiles.remove(...given)),
  }
  return { files, steps: () => step }
}

const whole = (ring: LedgerKeyring) => ring.succeed(AT, rotated).then(() => retire(ring))
const retire = (ring: LedgerKeyring) => ring.retire(FINAL, news('key.retired'))

/** What of a rotation can fail, with an ML-DSA-44 key beside the other and without. */
const ROTATIONS = [
  { hybrid: false, steps: 5, states: ['retired', 'active'], files: ['2.pem'] },
  {
    hybrid: true,
    steps: 8,
    states: ['retired', 'retired', 'active', 'active'],
    files: ['3.pem', '4.pem'],
  },
]

for (const { hybrid, steps, states, files } of ROTATIONS) {
  const name = hybrid ? 'a rotation of both keys' : 'a rotation'
  test(`${name} has as many steps as are made to fail below`, async (t) => {
    const disk = failing(0, 'before')
    await whole(await open(await keySet(t, { hybrid }), disk.files))
    assert.equal(disk.steps(), steps)
  })

  const cases = (['before', 'after'] as const).flatMap((when) =>
    Array.from({ length: steps }, (_, step) => ({ when, at: step + 1 })),
  )
  for (const { when, at } of cases) {
    test(`${name} that dies ${when} step ${at} leaves a set that opens`, async (t) => {
      const directory = await keySet(t, { hybrid })
      const first = await open(directory)
      const [former, second] = [first.active.vkey, first.postQuantum[0]?.vkey]
      await assert.rejects(whole(await open(directory, failing(at, when).files)), /no power/)
      const ring = (await readKeySet(directory))?.keyring
      assert.ok(ring)
      // The key that signed last is known as one that signs, unless it was said to end.
      if (statesOf(ring)[0] !== 'retired') {
        assert.ok(vkeysOf(ring.signers).includes(former))
        assert.equal(ring.postQuantum.at(-1)?.vkey, second)
      }
      await ring.settle()
      if (statesOf(ring).length === states.length / 2) await ring.succeed(AT, rotated)
      if (ring.of('retiring')) await retire(ring)
      const settled = await open(directory)
      assert.deepEqual(statesOf(settled), states)
      assert.deepEqual(await readdir(join(directory, 'ledger')), [...files, 'states.json'])
      assert.equal((await readKeySet(directory))?.vkey, settled.active.vkey)
      assert.equal(settled.postQuantum.length, hybrid ? 1 : 0)
      assert.equal(settled.unrecorded.length, 2)
    })
  }
}
