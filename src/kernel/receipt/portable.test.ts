import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPortable, parsePortable } from './portable.ts'

const PARTS = { receipt: '{"v":1}', proof: 'c2sp.org/tlog-proof@v1\n' }

test('a receipt without a head is the file that it always was', () => {
  const file = formatPortable(PARTS)
  assert.equal(file, '{"proof":"c2sp.org/tlog-proof@v1\\n","receipt":"{\\"v\\":1}"}\n')
  assert.deepEqual(parsePortable(file), PARTS)
})

test('a head comes first, and is read again', () => {
  const file = formatPortable({ ...PARTS, head: 'h' })
  assert.match(file, /^\{"head":"h","proof":/)
  assert.deepEqual(parsePortable(file), { ...PARTS, head: 'h' })
})

for (const file of [
  '{"head":1,"proof":"p","receipt":"r"}\n',
  '{"head":null,"proof":"p","receipt":"r"}\n',
  '{"proof":"p","receipt":"r","head":"h"}\n',
  '{"head":"h","more":"m","proof":"p","receipt":"r"}\n',
  '{"head":"h","proof":"p"}\n',
]) {
  test(`${file.trim()} is refused`, () => {
    assert.throws(() => parsePortable(file), { code: 'RECEIPT_INVALID' })
  })
}
