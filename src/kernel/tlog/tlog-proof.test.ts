import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leafHash } from './hash.ts'
import { formatTlogProof, MAX_PROOF_HASHES, parseTlogProof } from './tlog-proof.ts'

const PROOF = {
  index: 5,
  path: ['a', 'b'].map((leaf) => new Uint8Array(leafHash(Buffer.from(leaf)))),
  checkpoint: 'anything\n\nat all\n',
}
const TEXT = formatTlogProof(PROOF)
const [, , FIRST = ''] = TEXT.split('\n')

test('a proof is written as C2SP has it', () => {
  const [a, b] = PROOF.path.map((hash) => Buffer.from(hash).toString('base64'))
  assert.equal(TEXT, `c2sp.org/tlog-proof@v1\nindex 5\n${a}\n${b}\n\nanything\n\nat all\n`)
})

test('a proof is read as it was written, with or without hashes', () => {
  assert.deepEqual(parseTlogProof(TEXT), PROOF)
  const alone = { ...PROOF, index: 0, path: [] }
  assert.deepEqual(parseTlogProof(formatTlogProof(alone)), alone)
})

const MALFORMED: Record<string, string> = {
  'nothing in it': '',
  'another header': TEXT.replace('@v1', '@v2'),
  'no header': TEXT.slice(TEXT.indexOf('\n') + 1),
  'an extra line, which nothing authenticates': TEXT.replace('index', 'extra AAAA\nindex'),
  'no index': TEXT.replace('index 5\n', ''),
  'a leading zero': TEXT.replace('index 5', 'index 05'),
  'two spaces': TEXT.replace('index 5', 'index  5'),
  'a negative index': TEXT.replace('index 5', 'index -5'),
  'a carriage return': TEXT.replace('index 5', 'index 5\r'),
  'no blank line': TEXT.replaceAll('\n\n', '\n'),
  'a hash cut short': TEXT.replace(FIRST, FIRST.slice(4)),
  'a hash with a space': TEXT.replace(FIRST, ` ${FIRST}`),
  'a hash in base64url': TEXT.replace(FIRST, '_'.repeat(43).concat('=')),
  'more hashes than a tree is high': TEXT.replace(
    FIRST,
    `${FIRST}\n`.repeat(MAX_PROOF_HASHES) + FIRST,
  ),
}

for (const [name, text] of Object.entries(MALFORMED)) {
  test(`a proof is refused with ${name}`, () => {
    assert.throws(() => parseTlogProof(text), { code: 'PROOF_INVALID' })
  })
}
