import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ActivationCause, namesVersion, versionBefore } from './activation.ts'

/** `start a, push b` as activations. */
function history(text: string) {
  return text.split(', ').map((entry, at) => {
    const [by = '', version = ''] = entry.split(' ')
    return { version, at, by: by as ActivationCause }
  })
}

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['start a', undefined],
  ['start a, push b', 'a'],
  ['start a, push b, push c', 'b'],
  ['start a, push b, push c, rollback b', 'a'],
  ['start a, push b, push c, rollback b, rollback a', undefined],
  ['start a, push b, push c, rollback a, push d', 'a'],
  ['start a, push b, start b, push c', 'b'],
  ['start a, push b, rollback a, rollback b', 'a'],
  ['start a, push b, push a', 'b'],
]

for (const [text, before] of CASES)
  test(`after ${text} a rollback goes to ${before ?? 'nothing'}`, () => {
    assert.equal(versionBefore(history(text)), before)
  })

test('a version goes by its whole name or a beginning of four digits', () => {
  const version = `sha256:${'ab12'.repeat(16)}`
  for (const text of [version, 'sha256:ab12', 'ab12', 'ab12ab']) {
    assert.equal(namesVersion(text, version), true, text)
  }
  for (const text of ['ab1', '', 'sha256:', 'b12a', 'sha256:ab13', 'policies']) {
    assert.equal(namesVersion(text, version), false, text)
  }
})
