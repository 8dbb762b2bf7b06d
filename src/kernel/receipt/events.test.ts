import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { EVENTS, RECEIPT_KINDS } from './events.ts'

const SPEC = readFileSync(new URL('../../../docs/spec/receipts.md', import.meta.url), 'utf8')

test('the specification has a row for every event, with its kind, and for no other', () => {
  const table = SPEC.slice(SPEC.indexOf('### Events'), SPEC.indexOf('What others ask'))
  const rows = [...table.matchAll(/^\| `([a-z_.]+)` \| `([a-z]+)` \| \S.* \|$/gm)]
  assert.deepEqual(Object.fromEntries(rows.map(([, name, kind]) => [name, kind])), EVENTS)
  assert.equal(rows.length, Object.keys(EVENTS).length)
})

test('the specification names every kind of receipt', () => {
  const row = SPEC.split('\n').find((line) => line.startsWith('| `kind` |')) ?? ''
  for (const kind of RECEIPT_KINDS) assert.ok(row.includes(`\`${kind}\``), kind)
})
