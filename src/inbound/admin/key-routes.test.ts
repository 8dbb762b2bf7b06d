import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminDoor, ask } from '../../../test/support/admin-door.ts'
import { PortcullisError } from '../../kernel/errors.ts'

const ROUTES: readonly [call: string, body: object, told: unknown][] = [
  ['POST /v1/keys/rotate', { emergency: true }, ['rotate', { emergency: true }]],
  ['POST /v1/keys/retire', { now: true }, ['retire', { now: true }]],
  [
    'POST /v1/keys/0123abcd/compromised',
    { bound: 'x' },
    ['compromise', '0123abcd', { bound: 'x' }],
  ],
  ['POST /v1/trust', { file: 'f' }, ['publish', { file: 'f' }]],
]

for (const [call, body, expected] of ROUTES) {
  test(`${call} hands on what is asked`, async (t) => {
    const told: unknown[] = []
    const keys = (...what: readonly unknown[]) => {
      told.push(what)
      throw new PortcullisError('KEY_TRANSITION', 'not now')
    }
    const { socketPath } = await adminDoor(t, {
      rotateKey: async (request) => keys('rotate', request),
      retireKey: async (request) => keys('retire', request),
      compromiseKey: async (id, request) => keys('compromise', id, request),
      publishTrust: async (request) => keys('publish', request),
    })
    const answer = await ask(socketPath, call, { body: JSON.stringify(body) })
    assert.deepEqual([answer.status, answer.body.error.code], [409, 'KEY_TRANSITION'])
    assert.deepEqual(told, [expected])
  })
}

const REFUSED: readonly [why: string, call: string, body: object][] = [
  ['a rotation with an unknown member', 'POST /v1/keys/rotate', { force: true }],
  ['an emergency in words', 'POST /v1/keys/rotate', { emergency: 'yes' }],
  ['a key that is no id', 'POST /v1/keys/..%2F/compromised', {}],
  ['a publication of nothing', 'POST /v1/trust', {}],
  ['a draft for an hour less', 'POST /v1/trust/draft', { lifeMs: 1 }],
  ['a draft with a root of another kind', 'POST /v1/trust/draft', { roots: [{ alg: 'RSA' }] }],
]

for (const [why, call, body] of REFUSED) {
  test(`${why} is refused`, async (t) => {
    const { socketPath } = await adminDoor(t)
    const answer = await ask(socketPath, call, { body: JSON.stringify(body) })
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'REQUEST_INVALID'])
  })
}

test('a signed document may be longer than other bodies', async (t) => {
  const { socketPath } = await adminDoor(t)
  const body = JSON.stringify({ file: 'x'.repeat(1_000_000) })
  assert.equal((await ask(socketPath, 'POST /v1/trust', { body })).status, 200)
})
