import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SALES } from '../../../test/support/in-memory-ports.ts'
import type { Action } from '../../kernel/action.ts'
import { DEFAULT_TENANT as tenant } from '../../kernel/identity/tenant.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { NamedRecord, Records } from '../../pipeline/ports.ts'
import { memoryConnector, RECORD_LIMIT_BYTES, seedNamespace } from './memory-connector.ts'

function inMemoryRecords(): Records {
  const kept = new Map<string, NamedRecord['value']>()
  const place = (...parts: readonly string[]) => JSON.stringify(parts)
  return {
    read: (owner, namespace, key) => kept.get(place(owner, namespace, key)),
    list: (owner, namespace, limit) =>
      [...kept]
        .map(([at, value]) => ({ at: JSON.parse(at) as string[], value }))
        .filter(({ at }) => at[0] === owner && at[1] === namespace)
        .map(({ at, value }) => ({ key: at[2] ?? '', value }))
        .slice(0, limit),
    write: (owner, namespace, written) => {
      for (const { key, value } of written) kept.set(place(owner, namespace, key), value)
    },
  }
}

function memory() {
  const records = inMemoryRecords()
  const connector = memoryConnector({
    ...{ records, tenant, namespaces: ['CRM.customers', 'notes'] },
    pseudonymOf: (_, { principal }) => `about ${principal.id}`,
  })
  const run = (action: Action) => connector.execute(action, SALES)
  return { records, run }
}

const write = (key: string, value: NamedRecord['value']): Action => ({
  ...{ kind: 'memory.write', namespace: 'notes', key, value },
})
const read = (namespace: string, key?: string): Action => ({
  ...{ kind: 'memory.read', namespace, limit: 10 },
  ...(key === undefined ? {} : { key }),
})

const recordsOf = (result: JsonObject) => (result.structuredContent as JsonObject).records

test('what is written is read, alone by its key or with the others of its namespace', async () => {
  const { run } = memory()
  await run(write('b', { n: 2 }))
  await run(write('a', 1))
  assert.deepEqual(recordsOf(await run(read('notes', 'b'))), [{ key: 'b', value: { n: 2 } }])
  assert.equal((recordsOf(await run(read('notes'))) as unknown[]).length, 2)
  assert.deepEqual(recordsOf(await run(read('CRM.customers'))), [])
})

test('the structured content and the text say the same', async () => {
  const { run } = memory()
  const result = await run(read('notes', 'none'))
  const [block] = result.content as { text: string }[]
  assert.deepEqual(JSON.parse(block?.text ?? ''), result.structuredContent)
})

test('there is no namespace that was not declared, to read or to write', async () => {
  const { run } = memory()
  await assert.rejects(run(read('HR.salaries')), { code: 'UPSTREAM_UNKNOWN' })
  const elsewhere: Action = { kind: 'memory.write', namespace: 'HR.salaries', key: 'a', value: 1 }
  await assert.rejects(run(elsewhere), { code: 'UPSTREAM_UNKNOWN' })
})

test('a record that is too large is refused and nothing is written', async () => {
  const { run } = memory()
  await assert.rejects(run(write('a', 'x'.repeat(RECORD_LIMIT_BYTES))), {
    code: 'UPSTREAM_REFUSED',
  })
  assert.deepEqual(recordsOf(await run(read('notes'))), [])
})

test('a seed fills an empty namespace and never overwrites one that is not', () => {
  const { records } = memory()
  seedNamespace({ records, tenant }, 'notes', { a: 1, b: 2 })
  records.write(tenant, 'notes', [{ key: 'a', value: 'mine' }])
  seedNamespace({ records, tenant }, 'notes', { a: 1, c: 3 })
  assert.equal(records.read(tenant, 'notes', 'a'), 'mine')
  assert.equal(records.read(tenant, 'notes', 'c'), undefined)
})

test('a seed that no agent could have written is refused, and nothing of it is written', () => {
  const { records } = memory()
  const seed = () => seedNamespace({ records, tenant }, 'notes', { a: 1, ['k'.repeat(257)]: 2 })
  assert.throws(seed, { code: 'UPSTREAM_REFUSED' })
  assert.deepEqual(records.list(tenant, 'notes', 10), [])
})

test('a store that fails makes the memory unavailable, and tells no agent why', async () => {
  const failing = () => {
    throw new Error('disk I/O error')
  }
  const records: Records = { read: failing, list: failing, write: failing }
  const connector = memoryConnector({
    ...{ records, tenant, namespaces: ['notes'] },
    pseudonymOf: () => 'p',
  })
  for (const action of [write('a', 1), read('notes'), read('notes', 'a')]) {
    await assert.rejects(connector.execute(action, SALES), { code: 'UPSTREAM_UNAVAILABLE' })
  }
})
