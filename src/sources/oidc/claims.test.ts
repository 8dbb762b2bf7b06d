import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ClaimRules, type Claims, personOf } from './claims.ts'

const RULES: ClaimRules = {
  ...{ idClaim: 'preferred_username', rolesClaim: 'groups' },
  roles: { '/ops': ['operator'], '/all': ['operator', 'viewer'] },
  attributes: { clearance: 'level', teams: 'teams' },
  ...{ mfaAcr: ['urn:mfa'], mfaAmr: ['otp', 'hwk'] },
}
const CLAIMS: Claims = { iss: 'https://idp.example', sub: 'u1', preferred_username: 'ana' }
const of = (claims: Claims) => personOf({ ...CLAIMS, ...claims }, RULES)

test('only what the rules name comes through', () => {
  const claims = { groups: ['/ops', '/all', '/root'], level: 3, teams: ['a', 7, 'b'], email: 'x' }
  assert.deepEqual(of(claims), {
    ...{ id: 'ana', subject: 'https://idp.example u1', via: 'oidc', mfaVerified: false },
    ...{ roles: ['operator', 'viewer'], attributes: { clearance: 3, teams: ['a', 'b'] } },
  })
})

const FACTORS: readonly [claims: Claims, mfa: boolean][] = [
  [{}, false],
  [{ amr: ['pwd'] }, false],
  [{ amr: ['pwd', 'otp'] }, true],
  [{ amr: 'hwk' }, true],
  [{ acr: 'urn:mfa' }, true],
  [{ acr: ['urn:mfa'] }, false],
  [{ acr: 'urn:password', amr: ['OTP'] }, false],
]

for (const [claims, mfa] of FACTORS) {
  test(`${JSON.stringify(claims)} is ${mfa ? 'a' : 'no'} second factor`, () => {
    assert.equal(of(claims).mfaVerified, mfa)
  })
}

test('names of every object map to no role', () => {
  assert.deepEqual(of({ groups: ['toString', '__proto__', 'constructor'] }).roles, [])
})

for (const name of ['', 'аna', '../ana', 'a b', undefined, 7.5e300, { toString: 1 }]) {
  test(`${JSON.stringify(name)} is no name`, () => {
    assert.throws(() => of({ preferred_username: name }))
  })
}

test('whatever a provider says, it is a person by the rules or an error', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (claims) => {
      const { roles } = personOf({ ...claims, ...CLAIMS }, RULES)
      assert.ok(roles.every((role) => role === 'operator' || role === 'viewer'))
    }),
  )
})
