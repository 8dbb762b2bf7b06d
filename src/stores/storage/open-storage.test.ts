import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { openStorage, type StorageOptions } from './open-storage.ts'

const ACME = tenantOf('acme')
const bytes = (text: string) => new TextEncoder().encode(text)
const writing = (name: string, text: string, more: object = {}) => ({
  ...{ name, mediaType: 'text/plain', content: bytes(text), about: 'p1', ...more },
})

async function opened(t: TestContext, options: Partial<StorageOptions> = {}) {
  const folder = options.folder ?? (await scratch(t))
  let now = 0
  const storage = await openStorage({
    ...{ folder, tenants: [DEFAULT_TENANT, ACME], maxObjectBytes: 10, maxTotalBytes: 25 },
    ...{ clock: { now: () => ++now }, ids: { next: () => crypto.randomUUID() } },
    ...options,
  })
  t.after(() => storage.close())
  const files = () =>
    readdirSync(join(folder, 'default', 'files'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    )
  return { folder, storage, files }
}

test('what is written is read, also after it was closed and opened again', async (t) => {
  const { folder, storage, files } = await opened(t)
  const first = await storage.write(DEFAULT_TENANT, writing('a.txt', 'one'))
  const second = await storage.write(DEFAULT_TENANT, writing('a.txt', 'three'))
  assert.deepEqual([first.created, second.created], [true, false])
  assert.equal(files().length, 1)
  storage.close()
  const again = await opened(t, { folder })
  const read = await again.storage.read(DEFAULT_TENANT, 'a.txt')
  assert.deepEqual(read, Buffer.from('three'))
  assert.equal(again.storage.stat(DEFAULT_TENANT, 'a.txt')?.created, first.object.created)
})

test('a tenant has nothing of another', async (t) => {
  const { storage } = await opened(t)
  await storage.write(DEFAULT_TENANT, writing('a.txt', 'one'))
  assert.equal(storage.stat(ACME, 'a.txt'), undefined)
  assert.deepEqual([...storage.list(ACME, '')], [])
  await assert.rejects(storage.read(ACME, 'a.txt'), { code: 'STORAGE_UNKNOWN' })
  const other = tenantOf('other')
  await assert.rejects(storage.read(other, 'a.txt'), { code: 'STORAGE_UNAVAILABLE' })
})

test('bounds are refused with a code and change nothing', async (t) => {
  const { storage, files } = await opened(t)
  const write = (name: string, text: string) => storage.write(DEFAULT_TENANT, writing(name, text))
  await assert.rejects(write('a', '12345678901'), { code: 'STORAGE_TOO_LARGE' })
  await write('a', '1234567890')
  await write('b', '1234567890')
  await assert.rejects(write('c', '123456'), { code: 'STORAGE_FULL' })
  await assert.rejects(write('A', '1'), { code: 'STORAGE_NAME_TAKEN' })
  await write('a', '12345')
  await write('c', '1234567890')
  assert.equal(files().length, 3)
})

test('a change that is sent again happens once, and a key stands for one change', async (t) => {
  const { folder, storage } = await opened(t)
  const request = { by: 'agent sales', key: 'key-0001' }
  await storage.write(DEFAULT_TENANT, writing('a', 'one', { request }))
  await storage.write(DEFAULT_TENANT, writing('a', 'two'))
  storage.close()
  const again = (await opened(t, { folder })).storage
  const { repeated } = await again.write(DEFAULT_TENANT, writing('a', 'one', { request }))
  assert.equal(repeated, true)
  assert.deepEqual(await again.read(DEFAULT_TENANT, 'a'), Buffer.from('two'))
  const other = again.write(DEFAULT_TENANT, writing('a', 'three', { request }))
  await assert.rejects(other, { code: 'REQUEST_REPEATED' })
  const foreign = { by: 'agent ops', key: 'key-0001' }
  await again.write(DEFAULT_TENANT, writing('a', 'four', { request: foreign }))
  assert.deepEqual(await again.read(DEFAULT_TENANT, 'a'), Buffer.from('four'))
})

test('bytes that are not those written are not given out', async (t) => {
  const { storage, files } = await opened(t)
  await storage.write(DEFAULT_TENANT, writing('a', 'one'))
  const [file] = files()
  writeFileSync(join(file?.parentPath ?? '', file?.name ?? ''), 'two')
  await assert.rejects(storage.read(DEFAULT_TENANT, 'a'), { code: 'STORAGE_CORRUPT' })
})

test('what a write left that never came to its end is removed at the next start', async (t) => {
  const { folder, storage, files } = await opened(t)
  await storage.write(DEFAULT_TENANT, writing('a', 'one'))
  const [file] = files()
  writeFileSync(join(file?.parentPath ?? '', `${crypto.randomUUID()}.new`), 'half')
  storage.close()
  assert.equal(files().length, 2)
  const again = await opened(t, { folder })
  assert.equal(again.files().length, 1)
  assert.deepEqual(await again.storage.read(DEFAULT_TENANT, 'a'), Buffer.from('one'))
})

test('what is about an erased subject goes, and nothing else', async (t) => {
  const { storage, files } = await opened(t)
  await storage.write(DEFAULT_TENANT, writing('a', 'one'))
  await storage.write(DEFAULT_TENANT, writing('b', 'two', { about: 'p2' }))
  assert.deepEqual(await storage.erase(DEFAULT_TENANT, 'p1'), ['a'])
  assert.equal(storage.stat(DEFAULT_TENANT, 'a'), undefined)
  assert.equal(files().length, 1)
})

test('names come in their order, after a name, by their beginning', async (t) => {
  const { storage } = await opened(t)
  for (const name of ['b/2', 'a', 'b/1', 'c']) await storage.write(ACME, writing(name, 'x'))
  const names = (...args: [string, string?]) =>
    [...storage.list(ACME, ...args)].map(({ name }) => name)
  assert.deepEqual(names(''), ['a', 'b/1', 'b/2', 'c'])
  assert.deepEqual(names('b/'), ['b/1', 'b/2'])
  assert.deepEqual(names('', 'b/1'), ['b/2', 'c'])
})
