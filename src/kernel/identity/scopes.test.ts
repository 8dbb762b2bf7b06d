import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commonScopes, covers, isNarrower, parseScopes } from './scopes.ts'

const COVERED: readonly [scopes: readonly string[] | undefined, operation: string, is: boolean][] =
  [
    [undefined, 'crm.query', true],
    [['*'], 'crm.query', true],
    [['crm.*'], 'crm.query', true],
    [['crm.*'], 'crm', false],
    [['crm.*'], 'crmx.query', false],
    [['crm.export_*'], 'crm.export_all', true],
    [['crm.export_*'], 'crm.query', false],
    [['crm.query'], 'crm.query_all', false],
    [['files.read', 'crm.query'], 'crm.query', true],
    [[], 'crm.query', false],
  ]

for (const [scopes, operation, is] of COVERED) {
  test(`${JSON.stringify(scopes)} ${is ? 'covers' : 'does not cover'} ${operation}`, () => {
    assert.equal(covers(scopes, operation), is)
  })
}

test('a text of scopes is read without repetitions', () => {
  assert.deepEqual(parseScopes('crm.query  crm.* crm.query'), ['crm.query', 'crm.*'])
  assert.deepEqual(parseScopes(''), [])
})

for (const text of ['crm.*.x', '**', '.x', 'a..b', 'a b/c', 'crm.query\n', 'x'.repeat(129)]) {
  test(`${JSON.stringify(text.slice(0, 12))} is no list of scopes`, () => {
    assert.throws(() => parseScopes(text), { code: 'OAUTH_SCOPE_INVALID' })
  })
}

test('so many scopes that they could be used to fill a token are refused', () => {
  const many = Array.from({ length: 65 }, (_, at) => `crm.op${at}`).join(' ')
  assert.throws(() => parseScopes(many), { code: 'OAUTH_SCOPE_INVALID' })
})

const part = fc.constantFrom('a', 'b', 'ab')
const operation = fc.tuple(part, part).map((parts) => parts.join('.'))
const scope = fc.oneof(
  operation,
  part.map((name) => `${name}.*`),
  fc.tuple(part, part).map(([one, other]) => `${one}.${other}*`),
  fc.constant('*'),
)
const scopes = fc.array(scope, { maxLength: 4 })

test('law: what is common to two lists covers just what both cover', () => {
  fc.assert(
    fc.property(scopes, scopes, operation, (one, other, name) => {
      const both = covers(one, name) && covers(other, name)
      assert.equal(covers(commonScopes(one, other), name), both)
    }),
  )
})

test('law: a narrower list covers nothing that the wider one does not', () => {
  fc.assert(
    fc.property(scopes, scopes, operation, (one, other, name) => {
      if (!isNarrower(one, other) || !covers(one, name)) return
      assert.ok(covers(other, name))
    }),
  )
})
