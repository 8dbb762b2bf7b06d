import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sampleDrafts } from '../../../test/support/sample-ledger.ts'
import { scratchForFile } from '../../../test/support/scratch.ts'
import { openSampleSegments, writeSampleSegments } from '../../../test/support/written-segments.ts'
import { checkIndex } from './check-index.ts'
import { indexFile } from './index-database.ts'
import { rebuildIndex } from './index-ledger.ts'

const root = scratchForFile()
const whole = join(root, 'whole')
const drafts = sampleDrafts(600)
await writeSampleSegments(whole, drafts, { atOnce: 7, tenants: ['default', 'acme'] })
const LEAVES = rebuildIndex(whole)

/** A copy of the ledger whose index was changed by this statement. */
function changed(name: string, sql: string): string {
  const directory = join(root, name)
  cpSync(whole, directory, { recursive: true })
  const db = new DatabaseSync(indexFile(directory))
  db.exec(sql)
  db.close()
  return directory
}

test('an index that was made from the segments agrees with them', () => {
  assert.deepEqual(checkIndex(whole), { leaves: LEAVES })
})

test('an index may lag, and there may be none', async () => {
  const directory = join(root, 'lagging')
  cpSync(whole, directory, { recursive: true })
  const ledger = await openSampleSegments(directory)
  await ledger.append({ ...drafts[0], id: 'later' } as (typeof drafts)[number])
  await ledger.close()
  assert.deepEqual(checkIndex(directory), { leaves: LEAVES })
  const bare = join(root, 'bare')
  await writeSampleSegments(bare, drafts.slice(0, 3), { atOnce: 1 })
  assert.deepEqual(checkIndex(bare), { leaves: undefined })
})

const ATTACKS: readonly [name: string, sql: string][] = [
  ['a receipt is hidden from a word', 'DELETE FROM term WHERE seq = 8'],
  [
    'a receipt is hidden from one of its words',
    'DELETE FROM term WHERE value = 4 AND seq = (SELECT max(seq) FROM term WHERE value = 4)',
  ],
  ['a word leads to another receipt', 'INSERT INTO term SELECT min(value), 1, 9999 FROM value'],
  ['a word is spelt in another way', "UPDATE value SET word = word || 'x' WHERE value = 3"],
  ['a word seems to be rare', 'UPDATE value SET leaves = 0 WHERE value = 2'],
  ['an id is hidden', 'DELETE FROM named WHERE seq = 11'],
  ['an id leads to another receipt', "UPDATE named SET id = 'r1' WHERE log = 1 AND seq = 2"],
  ['an id is made up', "INSERT INTO named VALUES (1, 'made up', 3)"],
  ['a leaf is at another place', 'UPDATE leaf SET at = at + 1 WHERE log = 2 AND seq = 5'],
  ['a leaf has another hash', 'UPDATE leaf SET hash = zeroblob(32) WHERE log = 0 AND seq = 4'],
  ['a leaf has another time', 'UPDATE leaf SET latest = latest + 1 WHERE log = 1 AND seq = 7'],
  ['a leaf is missing', 'DELETE FROM leaf WHERE log = 1 AND seq = 12'],
  [
    'a leaf was added',
    'INSERT INTO leaf SELECT log, 9999, segment, at, latest, hash FROM leaf LIMIT 1',
  ],
  ['a tile has another root', 'UPDATE tile SET root = zeroblob(32)'],
  ['a tile has other hashes', 'UPDATE tile SET hashes = zeroblob(8192)'],
  ['a tile is missing', 'DELETE FROM tile'],
  ['a head is at another place', 'UPDATE head SET seq = seq + 1 WHERE log = 2'],
  ['the clock never went back', 'UPDATE log SET lag = 5 WHERE log = 1'],
  ['a log is of another tenant', "UPDATE log SET tenant = 'other' WHERE log = 2"],
  ['a signed head is older', "UPDATE checkpoint SET note = 'old' WHERE log = 1"],
  ['its progress is in no place', 'UPDATE progress SET noteAt = noteAt + 1'],
  ['its progress is behind its rows', 'UPDATE progress SET at = 10'],
  ['it is of another version', 'PRAGMA user_version = 99'],
  ['a table is gone', 'DROP TABLE term'],
]

for (const [name, sql] of ATTACKS) {
  test(`an altered index is found: ${name}`, () => {
    const directory = changed(name.replaceAll(' ', '-'), sql)
    const { problem } = checkIndex(directory)
    assert.equal(problem?.code, 'LEDGER_INDEX_ALTERED', JSON.stringify(problem))
    assert.match(problem.message, /portcullis ledger reindex/)
    rebuildIndex(directory)
    assert.deepEqual(checkIndex(directory), { leaves: LEAVES })
  })
}

test('a file that is no index is found', () => {
  const directory = join(root, 'none')
  cpSync(whole, directory, { recursive: true })
  writeFileSync(indexFile(directory), Buffer.alloc(8192, 7))
  assert.equal(checkIndex(directory).problem?.code, 'LEDGER_INDEX_ALTERED')
})
