import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  EXPIRES,
  MADE,
  NODE,
  sampleRoot,
  TrustHistory,
} from '../../../test/support/trust-history.ts'
import { parseTrustText } from './parse-document.ts'
import { MAX_TRUST_LENGTH, type TrustDocument, trustText } from './trust-document.ts'
import { parseTrustFile } from './trust-file.ts'

const history = new TrustHistory()
const DOCUMENT = history.draft()
const [KEY] = DOCUMENT.keys
const [ROOT] = DOCUMENT.roots.keys
assert.ok(KEY && ROOT)
const [FILE = ''] = history.files
const head = history.headAt(1)

test('a document is read as it was written', () => {
  const pq = sampleRoot('', generateKeyPairSync('ml-dsa-65').privateKey).root
  const documents: readonly Partial<TrustDocument>[] = [
    {},
    { witnesses: 'log …\nquorum none\n' },
    { roots: { threshold: 2, keys: [ROOT, pq] } },
  ]
  for (const change of documents) {
    const document = { ...DOCUMENT, ...change }
    assert.deepEqual(parseTrustText(trustText(document)), document)
  }
})

const roots = (change: object) => ({ roots: { ...DOCUMENT.roots, ...change } })
const key = (change: object) => ({ keys: [{ ...KEY, ...change }] })
const log = (change: object) => ({ logs: [{ ...DOCUMENT.logs[0], ...change }] })

const INVALID: Record<string, object> = {
  'another type': { type: 'other' },
  'another format': { v: 2 },
  'version 0': { version: 0 },
  'half a version': { version: 2.5 },
  'no predecessor': { previous: undefined },
  'a predecessor before version 1': { version: 1 },
  'a predecessor that is no digest': { previous: 'sha256' },
  'a time in another zone': { issued: '2026-01-01T01:00:00.000+01:00' },
  'a day that is none': { issued: '2026-02-30T00:00:00.000Z' },
  'an end before its beginning': { issued: EXPIRES, expires: MADE },
  'a member that nobody knows': { only: 'on Mondays' },
  'a threshold of none': roots({ threshold: 0 }),
  'a threshold that cannot be met': roots({ threshold: 2 }),
  'no roots': roots({ keys: [] }),
  'one root for two': roots({ threshold: 2, keys: [ROOT, ROOT] }),
  'a root under another id': roots({ keys: [{ ...ROOT, id: '0'.repeat(64) }] }),
  'a root of another kind': roots({ keys: [{ ...ROOT, alg: 'ML-DSA-65' }] }),
  'no logs': { logs: [] },
  'a log twice': { logs: [...DOCUMENT.logs, ...DOCUMENT.logs] },
  'tenants of another node': log({ tenants: 'other.example/l/' }),
  'a closed log with an active key': log({ final: head }),
  'no active key': { keys: [] },
  'a key twice': { keys: [KEY, KEY] },
  'a key of a log that is not listed': log({
    origin: 'other.example',
    tenants: 'other.example/l/',
  }),
  'a key that is none': key({ vkey: `${NODE}+00000000+AAAA` }),
  'a key under another algorithm': key({ alg: 'ML-DSA-44' }),
  'a key for another purpose': key({ purpose: 'post-quantum' }),
  'a key of no state': key({ state: 'lost' }),
  'a key that is retired without a last head': key({ state: 'retired' }),
  'a member of a key that nobody knows': key({ exceptOn: 'Monday' }),
  'a root that is no hash': log({ final: { size: 1, root: 'AAAA' } }),
}

for (const [name, change] of Object.entries(INVALID)) {
  test(`no trust document: with ${name}`, () => {
    const text = trustText({ ...DOCUMENT, ...change } as TrustDocument)
    assert.notEqual(text, trustText(DOCUMENT))
    assert.throws(() => parseTrustText(text), { code: 'TRUST_INVALID' })
  })
}

const SPOILT: Record<string, string> = {
  'nothing in it': '',
  'what is no JSON': FILE.slice(1),
  'a list': '[]',
  'no newline': FILE.slice(0, -1),
  'white space': FILE.replace(',', ', '),
  'a member more': FILE.replace('"trust"', '"then":1,"trust"'),
  'no signatures': FILE.replace('"signatures"', '"signature"'),
  'a signature twice': FILE.replace(/\[(\{.*\})\],"trust"/, '[$1,$1],"trust"'),
  'a text that is no document': FILE.replace('portcullis-trust', 'portcullis'),
  'a text with white space': FILE.replace('\\"type\\":', '\\"type\\": '),
  'too much of it': FILE.replace('\\"type\\"', `${' '.repeat(2 * MAX_TRUST_LENGTH)}\\"type\\"`),
}

for (const [name, file] of Object.entries(SPOILT)) {
  test(`no trust file: with ${name}`, () => {
    assert.notEqual(file, FILE)
    assert.throws(() => parseTrustFile(file), { code: 'TRUST_INVALID' })
  })
}
