import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type JWTPayload, SignJWT } from 'jose'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { approverTokens } from './approver-tokens.ts'

const ORIGIN = 'portcullis.local/test'
const NOW = 1_700_000_000_000
const SECONDS = NOW / 1000
const keys = generateKeyPairSync('ed25519')
const foreign = generateKeyPairSync('ed25519')
const ADA = { roles: ['supervisor'], team: 'risk', agents: ['sales'] }

const source = (approvers: Record<string, typeof ADA> = { ada: ADA }) =>
  approverTokens({ tenant: DEFAULT_TENANT, origin: ORIGIN, ...keys, approvers })
const REQUEST = { approver: 'ada', id: 'j1', now: NOW, ttlMs: 60_000 }

const CLAIMS: JWTPayload = {
  ...{ iss: ORIGIN, aud: `${ORIGIN}#approvals`, sub: 'ada', jti: 'j1' },
  ...{ iat: SECONDS, exp: SECONDS + 60 },
}

function signed(claims: JWTPayload, typ = 'approver+jwt', key = keys.privateKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ }).sign(key)
}

test('an issued token proves its approver as declared now', async () => {
  const approvers = { ada: ADA }
  const tokens = source(approvers)
  const token = await tokens.issue(REQUEST)
  assert.deepEqual(await tokens.verify(token, NOW), { id: 'ada', ...ADA })
  approvers.ada = { ...ADA, roles: [] }
  assert.deepEqual((await tokens.verify(token, NOW)).roles, [])
})

const REFUSED: readonly [what: string, token: () => Promise<string>, code: string][] = [
  ['no token', async () => '', 'APPROVER_MISSING'],
  ['a word', async () => 'hunter2', 'APPROVER_INVALID'],
  ['the type of an agent token', () => signed(CLAIMS, 'at+jwt'), 'APPROVER_INVALID'],
  ['the audience of agents', () => signed({ ...CLAIMS, aud: ORIGIN }), 'APPROVER_INVALID'],
  ['a foreign key', () => signed(CLAIMS, 'approver+jwt', foreign.privateKey), 'APPROVER_INVALID'],
  ['another issuer', () => signed({ ...CLAIMS, iss: 'elsewhere' }), 'APPROVER_INVALID'],
  ['a life of a year', () => signed({ ...CLAIMS, exp: SECONDS + 3e7 }), 'APPROVER_INVALID'],
  ['its time over', () => signed({ ...CLAIMS, exp: SECONDS }), 'APPROVER_EXPIRED'],
  ['an approver who is gone', () => signed({ ...CLAIMS, sub: 'bob' }), 'APPROVER_UNKNOWN'],
  ['a name of every object', () => signed({ ...CLAIMS, sub: 'toString' }), 'APPROVER_UNKNOWN'],
]

for (const [what, token, code] of REFUSED) {
  test(`a token with ${what} is refused with ${code}`, async () => {
    await assert.rejects(source().verify(await token(), NOW), { code })
  })
}

test('a token issued for too long, too short, or for nobody is not issued', async () => {
  const tokens = source()
  for (const ttlMs of [0, 999, 86_400_001, Number.NaN])
    await assert.rejects(tokens.issue({ ...REQUEST, ttlMs }), { code: 'REQUEST_INVALID' })
  await assert.rejects(tokens.issue({ ...REQUEST, approver: 'bob' }), { code: 'APPROVER_UNKNOWN' })
  await assert.rejects(tokens.issue({ ...REQUEST, approver: 'aad' }), {
    message: 'no approver `aad` is declared: did you mean `ada`?',
  })
})

test('no text whatever is more than a refusal with a code', async () => {
  const tokens = source()
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
      await assert.rejects(tokens.verify(text, NOW), (error) => error instanceof PortcullisError)
    }),
  )
})

test('the token of an approver is nothing to a namesake of another tenant', async () => {
  const acme = approverTokens({
    ...keys,
    tenant: tenantOf('acme'),
    origin: ORIGIN,
    approvers: { ada: ADA },
  })
  const refused = { code: 'APPROVER_INVALID' }
  await assert.rejects(acme.verify(await source().issue(REQUEST), NOW), refused)
  await assert.rejects(source().verify(await acme.issue(REQUEST), NOW), refused)
  assert.equal((await acme.verify(await acme.issue(REQUEST), NOW)).id, 'ada')
})
