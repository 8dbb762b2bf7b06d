import assert from 'node:assert/strict'
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { calculateJwkThumbprint, exportJWK, type JWTPayload, SignJWT } from 'jose'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import { DEFAULT_TENANT, type Tenant, tenantOf } from '../../kernel/identity/tenant.ts'
import { DPOP_PROOF_WINDOW_SECONDS } from '../dpop-proof.ts'
import { TOKEN_LIFE_LIMIT_MS } from '../runtime-tokens.ts'
import { agentTokens } from './agent-tokens.ts'

const ORIGIN = 'portcullis.local/test'
const NOW = 1_700_000_000_000
const SECONDS = NOW / 1000
const keys = generateKeyPairSync('ed25519')
const foreign = generateKeyPairSync('ed25519')

function source(agents: Record<string, { roles: string[] }> = { sales: { roles: ['sales'] } }) {
  const agent = (tenant: Tenant, id: string) =>
    tenant === DEFAULT_TENANT && Object.hasOwn(agents, id) ? agents[id] : undefined
  return agentTokens({ origin: ORIGIN, ...keys, agent })
}

const request = { tenant: DEFAULT_TENANT, agent: 'sales', id: 'j1', now: NOW, ttlMs: 60_000 }
const bearer = (token: string): Credential => ({ kind: 'bearer', token })

const CLAIMS: JWTPayload = {
  ...{ iss: ORIGIN, aud: ORIGIN, sub: 'sales', jti: 'j1', iat: SECONDS, exp: SECONDS + 60 },
}

function signed(claims: JWTPayload, header: object = {}, key = keys.privateKey): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header })
    .sign(key)
}

function without(name: 'exp' | 'sub'): JWTPayload {
  const { [name]: _left, ...rest } = CLAIMS
  return rest
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('an issued token proves its agent and the roles it has now', async () => {
  const tokens = source()
  const identity = await tokens.verify(bearer(await tokens.issue(request)), NOW)
  assert.deepEqual(identity, {
    tenant: 'default',
    principal: { kind: 'agent', id: 'sales', roles: ['sales'], attributes: {} },
    chain: [{ kind: 'agent', id: 'sales', via: 'bearer-jwt', session: request.id }],
    credential: { id: request.id, issued: NOW, expires: NOW + request.ttlMs },
  })
})

const FORGED: readonly [attack: string, token: () => Promise<string>, code: ErrorCode][] = [
  ['no token at all', async () => '', 'IDENTITY_INVALID'],
  ['a word', async () => 'hunter2', 'IDENTITY_INVALID'],
  [
    'alg none',
    async () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(CLAIMS)}.`,
    'IDENTITY_INVALID',
  ],
  [
    'the public key as the secret of HS256',
    async () => {
      const text = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(CLAIMS)}`
      const pem = keys.publicKey.export({ format: 'pem', type: 'spki' })
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`
    },
    'IDENTITY_INVALID',
  ],
  ['a foreign key', () => signed(CLAIMS, {}, foreign.privateKey), 'IDENTITY_INVALID'],
  [
    'another payload under the signature',
    async () => {
      const [header, , signature] = (await signed(CLAIMS)).split('.')
      return `${header}.${encode({ ...CLAIMS, sub: 'admin' })}.${signature}`
    },
    'IDENTITY_INVALID',
  ],
  ['another issuer', () => signed({ ...CLAIMS, iss: 'elsewhere' }), 'IDENTITY_INVALID'],
  ['another audience', () => signed({ ...CLAIMS, aud: 'elsewhere' }), 'IDENTITY_INVALID'],
  ['another type of JWT', () => signed(CLAIMS, { typ: 'JWT' }), 'IDENTITY_INVALID'],
  ['no type of JWT', () => signed(CLAIMS, { typ: undefined }), 'IDENTITY_INVALID'],
  [
    'a list for its subject',
    () => signed({ ...CLAIMS, sub: ['sales'] as never }),
    'IDENTITY_INVALID',
  ],
  ['a key that is no key', () => signed({ ...CLAIMS, cnf: null }), 'IDENTITY_INVALID'],
  [
    'a life of a day that begins tomorrow',
    () => signed({ ...CLAIMS, iat: SECONDS + 86_400, exp: SECONDS + 2 * 86_400 }),
    'IDENTITY_INVALID',
  ],
  ['not yet valid', () => signed({ ...CLAIMS, nbf: SECONDS + 30 }), 'IDENTITY_INVALID'],
  ['no expiry', () => signed(without('exp')), 'IDENTITY_INVALID'],
  ['no subject', () => signed(without('sub')), 'IDENTITY_INVALID'],
  [
    'a life of a year',
    () => signed({ ...CLAIMS, exp: SECONDS + 365 * 86_400 }),
    'IDENTITY_INVALID',
  ],
  ['expired', () => signed({ ...CLAIMS, exp: SECONDS - 1 }), 'IDENTITY_EXPIRED'],
  ['an agent that is not declared', () => signed({ ...CLAIMS, sub: 'ghost' }), 'IDENTITY_UNKNOWN'],
  [
    'a name of Object.prototype',
    () => signed({ ...CLAIMS, sub: 'constructor' }),
    'IDENTITY_UNKNOWN',
  ],
  ['a megabyte', async () => 'x'.repeat(1_000_000), 'IDENTITY_INVALID'],
]

for (const [attack, token, code] of FORGED) {
  test(`a token with ${attack} is refused with ${code}`, async () => {
    await assert.rejects(source().verify(bearer(await token()), NOW), { code })
  })
}

test('no credential is a credential missing', async () => {
  await assert.rejects(source().verify({ kind: 'none' }, NOW), { code: 'IDENTITY_MISSING' })
})

test('a token that was verified before still expires', async () => {
  const tokens = source()
  const token = await tokens.issue(request)
  await tokens.verify(bearer(token), NOW)
  await assert.rejects(tokens.verify(bearer(token), NOW + 60_000), { code: 'IDENTITY_EXPIRED' })
})

test('an agent that is taken out of the configuration loses the tokens it has', async () => {
  const agents: Record<string, { roles: string[] }> = { sales: { roles: ['sales'] } }
  const tokens = source(agents)
  const credential = bearer(await tokens.issue(request))
  await tokens.verify(credential, NOW)
  agents.sales = { roles: ['auditor'] }
  assert.deepEqual((await tokens.verify(credential, NOW)).principal.roles, ['auditor'])
  delete agents.sales
  await assert.rejects(tokens.verify(credential, NOW), { code: 'IDENTITY_UNKNOWN' })
})

test('no text whatever is more than a refusal with a code', async () => {
  const tokens = source()
  const piece = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  )
  const texts = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('.'))
  await fc.assert(
    fc.asyncProperty(texts, async (token) => {
      await assert.rejects(
        tokens.verify(bearer(token), NOW),
        (error) => error instanceof PortcullisError && error.code === 'IDENTITY_INVALID',
      )
    }),
  )
})

test('a token issued for too long, too short, or for nobody is not issued', async () => {
  const tokens = source()
  const ttlMs = TOKEN_LIFE_LIMIT_MS + 1
  await assert.rejects(tokens.issue({ ...request, ttlMs }), { code: 'REQUEST_INVALID' })
  await assert.rejects(tokens.issue({ ...request, ttlMs: Number.NaN }), { code: 'REQUEST_INVALID' })
  await assert.rejects(tokens.issue({ ...request, agent: 'ghost' }), { code: 'IDENTITY_UNKNOWN' })
})

const holder = generateKeyPairSync('ed25519')
const thief = generateKeyPairSync('ed25519')
const jkt = await calculateJwkThumbprint(await exportJWK(holder.publicKey))

interface ProofChange {
  readonly claims?: JWTPayload
  readonly header?: object
  readonly key?: typeof holder
}

async function proven(token: string, { claims, header, key = holder }: ProofChange = {}) {
  const ath = createHash('sha256').update(token).digest('base64url')
  const jwk = await exportJWK(key.publicKey)
  const url = 'http://127.0.0.1:7070/mcp'
  const proof = await new SignJWT({
    htm: 'POST',
    htu: url,
    ath,
    jti: 'p1',
    iat: SECONDS,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'dpop+jwt', jwk, ...header })
    .sign(key.privateKey)
  return { kind: 'dpop', token, proof, method: 'POST', url } as const
}

const boundToken = (tokens = source()) => tokens.issue({ ...request, dpopJkt: jkt })

test('a bound token with a proof of its key proves its agent', async () => {
  const identity = await source().verify(await proven(await boundToken()), NOW)
  assert.equal(identity.chain[0]?.via, 'dpop-jwt')
})

const UNPROVED: readonly [attack: string, change: ProofChange][] = [
  ["a thief's own key", { key: thief }],
  ['the proof of another method', { claims: { htm: 'GET' } }],
  ['the proof of another address', { claims: { htu: 'http://127.0.0.1:7071/mcp' } }],
  ['the proof of another token', { claims: { ath: 'x' } }],
  ['an old proof', { claims: { iat: SECONDS - DPOP_PROOF_WINDOW_SECONDS - 10 } }],
  ['a proof of the future', { claims: { iat: SECONDS + 60 } }],
  ['a proof without an id', { claims: { jti: '' } }],
  ['a JWT that is no proof', { header: { typ: 'at+jwt' } }],
]

for (const [attack, change] of UNPROVED) {
  test(`a stolen token with ${attack} is refused`, async () => {
    const credential = await proven(await boundToken(), change)
    await assert.rejects(source().verify(credential, NOW), { code: 'IDENTITY_UNPROVED' })
  })
}

test('a stolen token without any proof is refused', async () => {
  const credential = bearer(await boundToken())
  await assert.rejects(source().verify(credential, NOW), { code: 'IDENTITY_UNPROVED' })
})

test('a proof serves one request, however often it is asked within it, and no other', async () => {
  const tokens = source()
  const credential = await proven(await boundToken(tokens))
  await tokens.verify(credential, NOW)
  await tokens.verify(credential, NOW)
  await assert.rejects(tokens.verify({ ...credential }, NOW), { code: 'IDENTITY_UNPROVED' })
})

test('a proof that was accepted does not outlive its token', async () => {
  const tokens = source()
  const credential = await proven(await tokens.issue({ ...request, ttlMs: 1000, dpopJkt: jkt }))
  await tokens.verify(credential, NOW)
  await assert.rejects(tokens.verify(credential, NOW + 1000), { code: 'IDENTITY_EXPIRED' })
})

test('a proof replayed at the end of its window is still known', async () => {
  const tokens = source()
  const credential = await proven(await boundToken(tokens))
  await tokens.verify(credential, NOW)
  const later = NOW + (DPOP_PROOF_WINDOW_SECONDS - 1) * 1000
  await assert.rejects(tokens.verify({ ...credential }, later), { code: 'IDENTITY_UNPROVED' })
})

test('a token is of the tenant that it was issued for, and of no other', async () => {
  const declared = { roles: ['sales'] }
  const tokens = agentTokens({ origin: ORIGIN, ...keys, agent: () => declared })
  const acme = tenantOf('acme')
  const token = await tokens.issue({ ...request, tenant: acme })
  assert.equal((await tokens.verify(bearer(token), NOW)).tenant, acme)
  // The agent of that name in the tenant `default` is somebody else.
  await assert.rejects(source().verify(bearer(token), NOW), { code: 'IDENTITY_UNKNOWN' })
  for (const tenant of ['', 'Acme', '../default', 7, null, ['default']]) {
    const forged = await signed({ ...CLAIMS, tenant })
    await assert.rejects(tokens.verify(bearer(forged), NOW), { code: 'IDENTITY_INVALID' })
  }
})

test('attack: a copied token that is bound to nothing, from another machine', async () => {
  const tokens = source()
  const token = await tokens.issue(request)
  const from = (loopback: boolean) => tokens.verify({ kind: 'bearer', token, loopback }, NOW)
  assert.equal((await from(true)).principal.id, 'sales')
  await assert.rejects(from(false), { code: 'IDENTITY_UNBOUND' })
})
