import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  SAMPLE_ORIGIN,
  SAMPLE_VKEY,
  signedNote,
  subtreesOf,
} from '../../../test/support/sample-log.ts'
import {
  formatAddCheckpoint,
  judgeAdvance,
  MAX_CONSISTENCY_HASHES,
  openSubmission,
  parseAddCheckpoint,
} from './add-checkpoint.ts'
import { encodeBase64 } from './base64.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { EMPTY_ROOT, leafHash } from './hash.ts'
import { parseLogKey } from './log-key.ts'
import { consistencyProof, rootAt } from './proof.ts'

const READ = subtreesOf(Array.from({ length: 40 }, (_, index) => leafHash(Buffer.of(index))))
const head = (size: number) => ({ size, root: rootAt(size, READ) })
const note = (size: number, origin = SAMPLE_ORIGIN) =>
  signedNote(formatCheckpoint({ origin, ...head(size) }))
const LOGS = [parseLogKey(SAMPLE_VKEY)]
const HASH = encodeBase64(EMPTY_ROOT)

test('a request is written and read again', () => {
  const request = { oldSize: 13, proof: consistencyProof(13, 40, READ), note: note(40) }
  assert.equal(
    formatAddCheckpoint(parseAddCheckpoint(formatAddCheckpoint(request))),
    formatAddCheckpoint(request),
  )
  assert.equal(parseAddCheckpoint(formatAddCheckpoint(request)).proof.length, request.proof.length)
  const first = { oldSize: 0, proof: [], note: note(40) }
  assert.equal(formatAddCheckpoint(first), `old 0\n\n${note(40)}`)
  assert.deepEqual(parseAddCheckpoint(formatAddCheckpoint(first)), first)
})

const MALFORMED: Record<string, string> = {
  nothing: '',
  'no blank line': `old 0\n${HASH}\n`,
  'no old size': `\n\n${note(4)}`,
  'a zero before the old size': `old 01\n\n${note(4)}`,
  'two spaces': `old  1\n\n${note(4)}`,
  'a negative old size': `old -1\n\n${note(4)}`,
  'a carriage return': `old 0\r\n\r\n${note(4)}`,
  'a hash cut short': `old 1\n${HASH.slice(0, -4)}\n\n${note(4)}`,
  'a hash without padding': `old 1\n${HASH.slice(0, -1)}\n\n${note(4)}`,
  'too many hashes': `old 1\n${`${HASH}\n`.repeat(MAX_CONSISTENCY_HASHES + 1)}\n${note(4)}`,
}

for (const [what, body] of Object.entries(MALFORMED)) {
  test(`a request is malformed with ${what}`, () => {
    assert.throws(() => parseAddCheckpoint(body), { code: 'WITNESS_REQUEST_INVALID' })
  })
}

const submitted = (text: string) => openSubmission({ oldSize: 0, proof: [], note: text }, LOGS)
const unsigned = `${note(4).split('\n\n')[0]}\n\n${note(4, 'x').split('\n\n')[1]}`
const SUBMISSIONS: Record<string, [note: string, code: string]> = {
  'a log that is not watched': [note(4, 'other.example/log'), 'WITNESS_LOG_UNKNOWN'],
  'a wrong signature of the log': [note(4).replace('\n4\n', '\n5\n'), 'WITNESS_SIGNATURE_REFUSED'],
  'no signature of the log': [
    unsigned.replace(/\u2014 \S+/, '\u2014 x'),
    'WITNESS_SIGNATURE_REFUSED',
  ],
  'no form': ['x', 'WITNESS_REQUEST_INVALID'],
  'extension lines': [
    signedNote(`${formatCheckpoint({ origin: SAMPLE_ORIGIN, ...head(4) })}more\n`),
    'WITNESS_REQUEST_INVALID',
  ],
}

for (const [what, [text, code]] of Object.entries(SUBMISSIONS)) {
  test(`a head is refused with ${what}`, () => {
    assert.throws(() => submitted(text), { code })
  })
}

test('every size may follow every smaller one, and its own', () => {
  for (let size = 0; size <= 40; size += 1) {
    for (let oldSize = 0; oldSize <= size; oldSize += 1) {
      const proof = consistencyProof(oldSize, size, READ)
      const known = oldSize === 0 ? undefined : head(oldSize)
      assert.equal(judgeAdvance({ oldSize, proof }, head(size), known).kind, 'advance')
    }
  }
})

const OTHER = { size: 40, root: leafHash(Buffer.from('another history')) }
const proof = consistencyProof(13, 40, READ)
const REFUSED: Record<string, () => unknown> = {
  'a fork of the same size': () => judgeAdvance({ oldSize: 40, proof: [] }, OTHER, head(40)),
  'a fork that grew': () => judgeAdvance({ oldSize: 13, proof }, OTHER, head(13)),
  'a rewritten past': () => judgeAdvance({ oldSize: 13, proof }, head(40), { ...OTHER, size: 13 }),
  'a proof where none is needed': () => judgeAdvance({ oldSize: 0, proof }, head(40)),
  'no proof where one is needed': () =>
    judgeAdvance({ oldSize: 13, proof: [] }, head(40), head(13)),
  'leaves in the empty tree': () => judgeAdvance({ oldSize: 0, proof: [] }, { ...OTHER, size: 0 }),
}

for (const [what, judge] of Object.entries(REFUSED)) {
  test(`${what} is inconsistent`, () => {
    assert.throws(judge, { code: 'WITNESS_INCONSISTENT' })
  })
}

test('a rollback is answered with the size that was cosigned', () => {
  const asIfNew = judgeAdvance({ oldSize: 0, proof: [] }, head(5), head(40))
  assert.deepEqual(asIfNew, { kind: 'conflict', size: 40 })
  assert.throws(() => judgeAdvance({ oldSize: 40, proof: [] }, head(5), head(40)), {
    code: 'WITNESS_REQUEST_INVALID',
  })
})
