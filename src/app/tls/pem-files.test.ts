import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Minted, mint, mintRoot } from '../../../test/support/certificates.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { followAuthorities, followPair } from './pem-files.ts'

const [FIRST, SECOND] = [await mint({}), await mint({})]

function put(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

async function files(t: TestContext, { cert, key }: Pick<Minted, 'cert' | 'key'> = FIRST) {
  const folder = await scratch(t)
  const named = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  put(named.cert, cert)
  put(named.key, key)
  return named
}

/** Follows, with what was told in view. */
function following(t: TestContext, named: { cert: string; key: string }) {
  let [taken, refused] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  const pair = followPair(named, {
    taken: () => taken.resolve(),
    refused: (_file, why) => refused.resolve(why),
  })
  t.after(() => pair.close())
  return {
    pair,
    taken: () => taken.promise.then(() => (taken = Promise.withResolvers<void>())),
    refused: () =>
      refused.promise.then((why) => {
        refused = Promise.withResolvers<string>()
        return why
      }),
  }
}

test('a renewed pair is in force without a restart, and whoever uses it is told', async (t) => {
  const named = await files(t)
  const { pair, taken } = following(t, named)
  let told = 0
  pair.onChange(() => (told += 1))
  put(named.cert, SECOND.cert)
  put(named.key, SECOND.key)
  await taken()
  assert.equal(pair.current().cert, SECOND.cert)
  assert.equal(pair.current().key, SECOND.key)
  assert.equal(told, 1)
})

test('between the two writes of a renewal the old pair stays in force', async (t) => {
  const named = await files(t)
  const { pair, taken, refused } = following(t, named)
  put(named.cert, SECOND.cert)
  assert.match(await refused(), /are no pair/)
  assert.equal(pair.current().cert, FIRST.cert)
  put(named.key, SECOND.key)
  await taken()
  assert.equal(pair.current().cert, SECOND.cert)
})

test('a broken certificate keeps the old pair in force', async (t) => {
  const named = await files(t)
  const { pair, refused } = following(t, named)
  put(named.cert, 'no certificate')
  assert.match(await refused(), /holds no certificate/)
  assert.deepEqual(pair.current(), { cert: FIRST.cert, key: FIRST.key })
})

test('what cannot be used at the start is refused', async (t) => {
  const told = { taken: () => undefined, refused: () => undefined }
  const mixed = await files(t, { cert: FIRST.cert, key: SECOND.key })
  assert.throws(() => followPair(mixed, told), { code: 'CERTIFICATE_UNUSABLE' })
  const absent = { cert: `${mixed.cert}.absent`, key: mixed.key }
  assert.throws(() => followPair(absent, told), { code: 'CERTIFICATE_UNUSABLE' })
  assert.throws(() => followAuthorities(mixed.key, told), { code: 'CERTIFICATE_UNUSABLE' })
})

test('all authorities of a file count, whatever stands between them', async (t) => {
  const roots = [await mintRoot(), await mintRoot()]
  const { cert } = await files(t, {
    cert: roots.map((root) => `# a root\n${root.cert}\n`).join('\n'),
    key: '',
  })
  const told = { taken: () => undefined, refused: () => undefined }
  const followed = followAuthorities(cert, told)
  t.after(() => followed.close())
  assert.equal(followed.current().length, 2)
})
