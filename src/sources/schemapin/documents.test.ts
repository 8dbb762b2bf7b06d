import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import { Fault } from '../../kernel/tools/schemapin/verification.ts'
import type { SignerDocuments } from '../../pipeline/ports.ts'
import { bundleDocuments } from './bundle-documents.ts'
import { cachedDocuments, FRESH_MS, RETRY_MS, STALE_MS } from './cached-documents.ts'
import { chain } from './chain.ts'
import { localFiles } from './local-files.ts'

const FAILED = new Fault('discovery', 'discovery_fetch_failed', 'out')

/** A source that counts who asks, and fails where it is told to. */
function counted() {
  const state = { asked: 0, fails: false, now: 0 }
  const source: SignerDocuments = {
    async discovery(domain) {
      state.asked++
      if (state.fails) throw FAILED
      return { document: { domain, asked: state.asked }, level: 'first_use' }
    },
    revocations: async (_domain, endpoint) => [endpoint ?? 'none'],
  }
  const cached = cachedDocuments(source, { now: () => state.now })
  const numbered = async () => {
    const found = await cached.discovery('example.com')
    return isJsonObject(found?.document) ? found.document.asked : undefined
  }
  return { state, cached, numbered, source }
}

test('a document is asked for once, and anew when it is no longer fresh', async () => {
  const { state, numbered } = counted()
  assert.deepEqual(await Promise.all([numbered(), numbered()]), [1, 1])
  state.now = FRESH_MS - 1
  assert.equal(await numbered(), 1)
  state.now = FRESH_MS
  assert.equal(await numbered(), 2)
})

test('an old document counts for a day while there is no newer one, and no longer', async () => {
  const { state, numbered } = counted()
  await numbered()
  state.fails = true
  state.now = STALE_MS - 1
  assert.equal(await numbered(), 1)
  state.now = STALE_MS
  await assert.rejects(numbered(), FAILED)
})

test('a failure is not asked for again at once', async () => {
  const { state, numbered } = counted()
  state.fails = true
  await assert.rejects(numbered(), FAILED)
  await assert.rejects(numbered(), FAILED)
  assert.equal(state.asked, 1)
  state.fails = false
  state.now = RETRY_MS
  assert.equal(await numbered(), 2)
})

test('the first source that knows a domain is heard, and all are about revocations', async () => {
  const { source } = counted()
  const bundle = { documents: new Map([['a.example', { a: 1 }]]), revocations: new Map() }
  const revoking = { ...bundle, revocations: new Map([['a.example', { domain: 'a.example' }]]) }
  const all = chain([bundleDocuments(revoking, { now: () => 0 }), source])
  assert.deepEqual(await all.discovery('a.example'), { document: { a: 1 }, level: 'bundle' })
  assert.equal((await all.discovery('b.example'))?.level, 'first_use')
  assert.deepEqual(await all.revocations('a.example', 'e'), [{ domain: 'a.example' }, 'e'])
})

test('a bundle that has ended vouches for nobody, and still revokes', async () => {
  const document = { domain: 'a.example' }
  const both = new Map([['a.example', document]])
  const ended = bundleDocuments(
    { documents: both, revocations: both, expires: 5 },
    { now: () => 5 },
  )
  await assert.rejects(ended.discovery('a.example'), { code: 'bundle_expired' })
  assert.deepEqual(await ended.revocations('a.example', undefined), [document])
  const { source } = counted()
  assert.equal((await chain([ended, source]).discovery('a.example'))?.level, 'first_use')
  await assert.rejects(chain([ended]).discovery('a.example'), { code: 'bundle_expired' })
})

test('files of the operator are read by the name of the domain, and of nothing else', async (t) => {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'a.example.json'), '{"a":1}')
  writeFileSync(join(folder, 'a.example.revocations.json'), '{"r":1}')
  writeFileSync(join(folder, 'b.example.json'), '{')
  const files = localFiles(folder)
  assert.deepEqual(await files.discovery('a.example'), { document: { a: 1 }, level: 'bundle' })
  assert.deepEqual(await files.revocations('a.example', undefined), [{ r: 1 }])
  assert.equal(await files.discovery('c.example'), undefined)
  assert.equal(await files.discovery('../a.example'), undefined)
  await assert.rejects(files.discovery('b.example'), { code: 'discovery_invalid' })
})
