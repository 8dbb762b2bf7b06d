import assert from 'node:assert/strict'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { sampleRoot, signedTrust, TrustHistory } from '../../../test/support/trust-history.ts'
import { parseTrustFile } from '../../kernel/trust/trust-file.ts'
import { createRootKey, readRootKey, signTrustFile } from './root-key-file.ts'
import { openTrustFiles } from './trust-files.ts'

test('documents are kept one by one, and read again in their order', async (t) => {
  const keys = await scratch(t)
  const history = new TrustHistory()
  while (history.files.length < 12) history.publish()
  const kept = await openTrustFiles(keys)
  assert.deepEqual([kept.current, kept.file()], [undefined, undefined])
  for (const file of history.files) await kept.add(file)
  const read = await openTrustFiles(keys)
  assert.deepEqual(read.history, history.files)
  assert.equal(read.current?.document.version, 12)
  assert.deepEqual(
    [read.file(3), read.file(0), read.file(13)],
    [history.files[2], undefined, undefined],
  )
})

test('what does not follow is refused, and nothing is written', async (t) => {
  const keys = await scratch(t)
  const history = new TrustHistory()
  const [first = '', second = ''] = [history.files[0], history.publish()]
  const kept = await openTrustFiles(keys)
  await assert.rejects(kept.add(second), { code: 'TRUST_VERSION' })
  await kept.add(first)
  const unsigned = signedTrust(parseTrustFile(second).document, [sampleRoot('stranger')])
  await assert.rejects(kept.add(unsigned), { code: 'TRUST_UNTRUSTED' })
  await assert.rejects(kept.add(first), { code: 'TRUST_VERSION' })
  assert.deepEqual(await readdir(join(keys, 'trust')), ['0001.json'])
})

test('two who publish one version do not overwrite each other', async (t) => {
  const keys = await scratch(t)
  const [one, other] = [new TrustHistory(), new TrustHistory([sampleRoot('other')])]
  const [first, second] = [await openTrustFiles(keys), await openTrustFiles(keys)]
  await first.add(one.files[0] ?? '')
  await assert.rejects(second.add(other.files[0] ?? ''), { code: 'FILE_UNWRITABLE' })
  assert.equal((await openTrustFiles(keys)).file(), one.files[0])
})

test('documents that were altered on the disk are not served', async (t) => {
  const keys = await scratch(t)
  const [file = ''] = new TrustHistory().files
  await (await openTrustFiles(keys)).add(file)
  await writeFile(join(keys, 'trust', '0001.json'), file.replace('2027', '2028'))
  await assert.rejects(openTrustFiles(keys), { code: 'TRUST_UNTRUSTED' })
})

for (const alg of ['Ed25519', 'ML-DSA-65'] as const) {
  test(`a root of ${alg} is made once, and signs`, async (t) => {
    const file = join(await scratch(t), 'root.pem')
    const root = await createRootKey(file, alg)
    assert.deepEqual(await readRootKey(file), root)
    assert.deepEqual(await readRootKey(`${file}.pub`), root)
    await assert.rejects(createRootKey(file, alg), { code: 'FILE_UNWRITABLE' })
    const history = new TrustHistory([{ ...sampleRoot('x'), root }])
    const signed = await signTrustFile(signedTrust(history.draft(), []), file)
    assert.deepEqual(
      parseTrustFile(signed ?? '').signatures.map((each) => each.root),
      [root.id],
    )
    const kept = await openTrustFiles(await scratch(t))
    const { previous, ...first } = history.draft({ version: 1 })
    assert.ok(previous)
    const unsigned = signedTrust(first, [])
    await assert.rejects(kept.add(unsigned), { code: 'TRUST_UNTRUSTED' })
    await kept.add((await signTrustFile(unsigned, file)) ?? '')
  })
}

test('a root that others may read signs nothing, and one that is away neither', async (t) => {
  const file = join(await scratch(t), 'root.pem')
  const [trust = ''] = new TrustHistory().files
  assert.equal(await signTrustFile(trust, file), undefined)
  assert.equal(await readRootKey(file), undefined)
  await createRootKey(file, 'Ed25519')
  await chmod(file, 0o640)
  await assert.rejects(signTrustFile(trust, file), { code: 'KEYS_INSECURE' })
  const pub = await readFile(`${file}.pub`, 'utf8')
  await writeFile(file, pub, { mode: 0o600 })
  await chmod(file, 0o600)
  await assert.rejects(signTrustFile(trust, file), { code: 'ROOT_KEY_INVALID' })
})
