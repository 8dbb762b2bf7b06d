import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PINNED_ERRORS } from '../../test/support/pinned-errors.ts'
import { codeOf, ERRORS, PortcullisError, unreachable } from './errors.ts'

test('the codes and their HTTP status are as published', () => {
  const published = Object.fromEntries(PINNED_ERRORS)
  const actual = Object.entries(ERRORS).map(([code, { http }]) => [code, http])
  assert.deepEqual(Object.fromEntries(actual), published)
})

for (const [code, { agent, remedy }] of Object.entries(ERRORS)) {
  test(`${code} tells the agent one plain sentence and the operator what to do`, () => {
    assert.match(agent, /^[A-Z].*\.$/)
    assert.match(remedy, /^[^A-Z].*[^.]$|^[A-Z_]+ .*[^.]$/)
  })
}

test('what is not ours has the code INTERNAL', () => {
  assert.equal(
    codeOf(new PortcullisError('LEDGER_LOCKED', 'held by another process')),
    'LEDGER_LOCKED',
  )
  for (const thrown of [new Error('x'), 'x', undefined, { code: 'POLICY_DENIED' }]) {
    assert.equal(codeOf(thrown), 'INTERNAL')
  }
})

test('an error keeps its cause', () => {
  const cause = new Error('disk full')
  const error = new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger cannot be written', { cause })
  assert.equal(error.cause, cause)
  assert.equal(error.name, 'PortcullisError')
})

test('a variant that cannot be is an internal error that shows it', () => {
  assert.throws(() => unreachable({ kind: 'odd' } as never), {
    code: 'INTERNAL',
    message: 'unexpected variant `{"kind":"odd"}`',
  })
})
