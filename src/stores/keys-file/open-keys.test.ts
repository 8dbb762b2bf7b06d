import assert from 'node:assert/strict'
import { createPublicKey, sign } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { scratch } from '../../../test/support/scratch.ts'
import { hasSigned, parseVerifierKey } from '../../kernel/tlog/note.ts'
import { openKeys } from './open-keys.ts'

const LEDGER = ['ledger/1.pem', 'ledger/states.json']
const FILES = ['digest.key', 'identity.pem', ...LEDGER, 'ledger.vkey', 'origin'].sort()
const PRIVATE = ['digest.key', 'identity.pem', 'ledger/1.pem']

async function newDirectory(t: TestContext): Promise<string> {
  return join(await scratch(t), 'data', 'keys')
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true })
  return entries.filter((name) => name !== 'ledger').sort()
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

test('keys are made once and then read', async (t) => {
  const directory = await newDirectory(t)
  const made = await openKeys(directory)
  const read = await openKeys(directory)
  assert.match(made.origin, /^portcullis\.local\/[0-9a-f]{16}$/)
  assert.equal(parseVerifierKey(made.vkey).name, made.origin)
  assert.deepEqual([read.origin, read.vkey], [made.origin, made.vkey])
  assert.deepEqual(read.digestKey.export(), made.digestKey.export())
  assert.equal(made.digestKey.symmetricKeySize, 32)
  assert.ok(read.identity.publicKey.equals(made.identity.publicKey))
})

test('the keys sign for the public keys that go with them', async (t) => {
  const { ledgerSigner, identity, vkey, origin } = await openKeys(await newDirectory(t))
  const message = Buffer.from('message')
  const signature = sign(null, message, ledgerSigner.key)
  assert.ok(hasSigned(parseVerifierKey(vkey), message, signature))
  assert.equal(ledgerSigner.name, origin)
  assert.ok(createPublicKey(identity.privateKey).equals(identity.publicKey))
  assert.ok(!createPublicKey(ledgerSigner.key).equals(identity.publicKey))
})

test('two sets share nothing', async (t) => {
  const [a, b] = [await openKeys(await newDirectory(t)), await openKeys(await newDirectory(t))]
  assert.notEqual(a.origin, b.origin)
  assert.notEqual(a.vkey.split('+').at(-1), b.vkey.split('+').at(-1))
  assert.ok(!a.identity.publicKey.equals(b.identity.publicKey))
  assert.ok(!a.digestKey.equals(b.digestKey))
})

test('only the public files are readable by others, and no draft is left behind', async (t) => {
  const directory = await newDirectory(t)
  await openKeys(directory)
  assert.deepEqual(await filesIn(directory), FILES)
  assert.equal(await modeOf(directory), '700')
  for (const name of FILES) {
    const mode = PRIVATE.includes(name) ? '600' : '644'
    assert.equal(await modeOf(join(directory, name)), mode, name)
  }
  assert.deepEqual(await readdir(join(directory, '..')), ['keys'])
})

test('keys show nothing of themselves when they are printed', async (t) => {
  const directory = await newDirectory(t)
  const keys = await openKeys(directory)
  const shown = inspect(keys, { depth: 9 }) + JSON.stringify(keys)
  for (const name of PRIVATE) {
    const secret = await readFile(join(directory, name))
    const parts = [
      secret.toString('hex'),
      secret.toString('base64'),
      secret.toString().split('\n')[1],
    ]
    for (const part of parts) assert.ok(!part || !shown.includes(part))
  }
})

test('several processes that start at once agree on one set', async (t) => {
  const directory = await newDirectory(t)
  const sets = await Promise.all(Array.from({ length: 8 }, () => openKeys(directory)))
  assert.equal(new Set(sets.map(({ vkey }) => vkey)).size, 1)
  assert.deepEqual(await readdir(join(directory, '..')), ['keys'])
})

test('a given origin is the name of the log, and another one is refused later', async (t) => {
  const directory = await newDirectory(t)
  const origin = 'ledger.acme.example/l/7'
  assert.equal((await openKeys(directory, { origin })).origin, origin)
  assert.equal((await openKeys(directory, { origin })).origin, origin)
  assert.equal((await openKeys(directory)).origin, origin)
  await assert.rejects(openKeys(directory, { origin: 'other.example/l' }), { code: 'KEYS_INVALID' })
})

for (const origin of [
  '',
  'host',
  'host/',
  '/path',
  'host/a b',
  'host/a+b',
  'Host/a',
  'host/../a',
  'h/a\n',
]) {
  test(`${JSON.stringify(origin)} names no log`, async (t) => {
    await assert.rejects(openKeys(await newDirectory(t), { origin }), { code: 'KEYS_INVALID' })
  })
}

for (const name of PRIVATE) {
  for (const mode of [0o640, 0o604, 0o620, 0o644, 0o660]) {
    test(`${name} with mode ${mode.toString(8)} is refused`, async (t) => {
      const directory = await newDirectory(t)
      await openKeys(directory)
      await chmod(join(directory, name), mode)
      await assert.rejects(openKeys(directory), { code: 'KEYS_INSECURE' })
    })
  }
}

test('a directory or a public file that others may write is refused', async (t) => {
  const directory = await newDirectory(t)
  await openKeys(directory)
  await chmod(directory, 0o770)
  await assert.rejects(openKeys(directory), { code: 'KEYS_INSECURE' })
  await chmod(directory, 0o755)
  await openKeys(directory)
  await chmod(join(directory, 'ledger.vkey'), 0o666)
  await assert.rejects(openKeys(directory), { code: 'KEYS_INSECURE' })
})

for (const name of FILES) {
  test(`a set without ${name} is refused and not filled up`, async (t) => {
    const directory = await newDirectory(t)
    await openKeys(directory)
    await rm(join(directory, name))
    await assert.rejects(openKeys(directory), { code: 'KEYS_INCOMPLETE' })
    assert.ok(!(await filesIn(directory)).includes(name))
  })
}

const ED25519_OF_ANOTHER = async (t: TestContext) => {
  const other = await newDirectory(t)
  await openKeys(other)
  return readFile(join(other, 'ledger/1.pem'))
}

const INVALID: Record<string, [file: string, content: string]> = {
  'a ledger key that is no key': ['ledger/1.pem', 'nonsense'],
  'an identity key that is no key': ['identity.pem', ''],
  'a short digest key': ['digest.key', 'x'.repeat(31)],
  'a long digest key': ['digest.key', 'x'.repeat(33)],
  'another origin': ['origin', 'other.example/l\n'],
  'states that are none': ['ledger/states.json', '{}\n'],
  'states with something after them': ['ledger/states.json', '{"keys":[]}\n\n'],
  'a public key with something after it': ['ledger.vkey', 'x\ny\n'],
  'a file that is too long': ['origin', 'x'.repeat(20_000)],
}

for (const [name, [file, content]] of Object.entries(INVALID)) {
  test(`a set with ${name} is refused`, async (t) => {
    const directory = await newDirectory(t)
    await openKeys(directory)
    await writeFile(join(directory, file), content)
    await assert.rejects(openKeys(directory), { code: 'KEYS_INVALID' })
  })
}

test('a ledger key of another set is refused', async (t) => {
  const directory = await newDirectory(t)
  await openKeys(directory)
  await writeFile(join(directory, 'ledger/1.pem'), await ED25519_OF_ANOTHER(t))
  await assert.rejects(openKeys(directory), { code: 'KEYS_INVALID' })
})

test('a directory that holds other files is not made a key set', async (t) => {
  const directory = await newDirectory(t)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'notes.txt'), 'mine')
  await assert.rejects(openKeys(directory), { code: 'KEYS_INCOMPLETE' })
  assert.deepEqual(await readdir(directory), ['notes.txt'])
})

test('an empty directory is made a key set', async (t) => {
  const directory = await newDirectory(t)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await openKeys(directory)
  assert.deepEqual(await filesIn(directory), FILES)
})

test('a file in the place of the directory is refused', async (t) => {
  const directory = await newDirectory(t)
  await mkdir(join(directory, '..'), { recursive: true })
  await writeFile(directory, 'x')
  await assert.rejects(openKeys(directory), { code: 'KEYS_INVALID' })
})
