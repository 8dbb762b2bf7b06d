import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { canonical } from '../../src/kernel/receipt/canonical.ts'
import { LEDGER_FAULTS } from '../../src/kernel/receipt/ledger-report.ts'
import { payloadDigest } from '../../src/kernel/receipt/payload-digest.ts'
import { parsePortable } from '../../src/kernel/receipt/portable.ts'
import { verifyPortableReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import { leafHashOfText } from '../../src/kernel/tlog/hash.ts'
import { receiptVectors, WRITTEN_BY_HAND } from './make-receipt-vectors.ts'
import { callOf, verdictOf } from './vector-calls.ts'

const SPEC = new URL('../../docs/spec/', import.meta.url)
const VECTORS = new URL('receipt-vectors/', SPEC)
const read = (name: string) => readFileSync(new URL(name, VECTORS), 'utf8')
const vkey = read('ledger.vkey').trim()

/** What a vector is verified by, beside `ledger.vkey`. */
interface Asked {
  readonly file: string
  readonly keys?: string
  readonly trust?: string
  readonly roots?: readonly string[]
  readonly pq?: 'classical' | 'either' | 'both'
  readonly witnesses?: string
}

interface Holding extends Asked {
  readonly holds: true
  readonly id: string
  readonly index: number
  readonly size: number
  readonly leafHash: string
  readonly root: string
}

interface Refused extends Asked {
  readonly holds: false
  readonly code: string
  readonly why: string
}

const index: readonly (Holding | Refused)[] = JSON.parse(read('index.json'))

for (const vector of index) {
  const call = callOf(vector)
  if (!vector.holds) {
    test(`${call.name} is refused: ${vector.why}`, async () => {
      assert.equal((await verdictOf(call)).code, vector.code)
    })
    continue
  }
  test(`${call.name} holds`, async () => {
    const { id, index: seq, size, leafHash, root } = vector
    const { code, verified } = await verdictOf(call)
    assert.ok(verified, code)
    const { receipt, checkpoint } = verified
    assert.deepEqual([receipt.id, receipt.seq, checkpoint.size], [id, seq, size])
    assert.equal(Buffer.from(checkpoint.root).toString('base64'), root)
    assert.equal(leafHashOfText(parsePortable(call.file).receipt), leafHash)
  })
  if (!('vkey' in call.by)) continue
  test(`${call.name} holds at once, too`, () => {
    assert.equal(verifyPortableReceipt(call.file, vkey).receipt.id, vector.id)
  })
}

test('the vectors are those that are made', () => {
  for (const [name, content] of receiptVectors()) assert.equal(read(name), content, name)
})

test('every vector is in the index', () => {
  const others = ['index.json', 'ledger.vkey', ...WRITTEN_BY_HAND]
  const files = readdirSync(VECTORS).filter((name) => !others.includes(name))
  const named = index.flatMap(({ file, keys = [], trust = [], witnesses = [] }) =>
    [file, keys, trust, witnesses].flat(),
  )
  assert.deepEqual(files.sort(), [...new Set(named)].sort())
})

test('values have the canonical form that is written down', () => {
  const cases: { json: string; canonical: string }[] = JSON.parse(read('canonical.json'))
  for (const { json, canonical: text } of cases) assert.equal(canonical(JSON.parse(json)), text)
})

test('a payload has the digest that is written down', () => {
  const { key, payload, digest, bytes } = JSON.parse(read('payload-digest.json'))
  assert.deepEqual(payloadDigest(Buffer.from(key, 'hex'), payload), { digest, bytes })
})

/** The places of all members: `event.codes[].count`. */
function membersOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, inner]) =>
    membersOf(inner, path === '' ? name : `${path}.${name}`),
  )
}

/** A member has a row of its own, or is named in the row of what it is a member of. */
function isExplained(member: string, rows: ReadonlyMap<string, string>): boolean {
  const path = member.replace(/\[\]$/, '')
  const [, above = '', name = ''] = /^(.*?)(?:\[\])?\.([^.]+)$/.exec(path) ?? []
  return rows.has(path) || new RegExp(`\\b${name}\\b`).test(rows.get(above) ?? '')
}

test('the specification explains every fault and every member of a receipt', () => {
  const text = readFileSync(new URL('receipts.md', SPEC), 'utf8')
  for (const code of Object.keys(LEDGER_FAULTS)) assert.ok(text.includes(`| \`${code}\` |`), code)
  const lines = text.split('\n').filter((line) => line.startsWith('| `'))
  const rows = new Map(
    lines.flatMap((line) =>
      [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, line]),
    ),
  )
  const members = index
    .filter(({ holds }) => holds)
    .flatMap(({ file }) => membersOf(JSON.parse(parsePortable(read(file)).receipt)))
  const unexplained = [...new Set(members)].filter((member) => !isExplained(member, rows))
  assert.deepEqual(unexplained, [])
})
