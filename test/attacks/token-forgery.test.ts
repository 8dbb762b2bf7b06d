import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { ownToken } from '../support/human-token.ts'
import { askMcp, oauthRuntime } from '../support/oauth-runtime.ts'

type Claims = Readonly<Record<string, unknown>>
type Forge = (claims: Claims, key: Keys) => Promise<string> | string

interface Keys {
  /** The runtime's own, as only the runtime has it: for tokens of a wrong kind. */
  readonly own: import('node:crypto').KeyObject
  /** What everybody can read of it. */
  readonly published: string
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = { alg: 'EdDSA', typ: 'at+jwt' }
const stranger = generateKeyPairSync('ed25519').privateKey

const sign = (
  claims: Claims,
  key: Parameters<SignJWT['sign']>[0],
  header: Record<string, unknown> = {},
) => new SignJWT(claims).setProtectedHeader({ ...HEADER, ...header }).sign(key)

/** A token signed with the runtime's key, with other claims. */
const changed =
  (changes: Claims): Forge =>
  (claims, { own }) =>
    sign({ ...claims, ...changes }, own)

/** A header that names a key of the attacker's, or something else that it is to be read from. */
const pointed =
  (header: Record<string, unknown>): Forge =>
  (claims) =>
    sign(claims, stranger, header)

const deep = (depth: number): object =>
  depth === 0 ? { sub: 'sales', kind: 'agent' } : { sub: 'x', kind: 'agent', act: deep(depth - 1) }

const FORGERIES: Readonly<Record<string, Forge>> = {
  'no algorithm at all': (claims) => `${encode({ ...HEADER, alg: 'none' })}.${encode(claims)}.`,
  'no algorithm, spelt otherwise': (claims) =>
    `${encode({ ...HEADER, alg: 'NoNe' })}.${encode(claims)}.`,
  'the public key as a secret (alg confusion)': (claims, { published }) =>
    sign(claims, Buffer.from(published), { alg: 'HS256' }),
  'another key': (claims) => sign(claims, stranger),
  'a kid that is a path': pointed({ kid: '../../../../dev/null' }),
  'a kid that is SQL': pointed({ kid: "x' UNION SELECT 'k' --" }),
  'a kid that is an address': pointed({ kid: 'http://127.0.0.1:1/key' }),
  'a kid of many characters': pointed({ kid: 'k'.repeat(2_000) }),
  'the address of a key (jku)': pointed({ jku: 'http://127.0.0.1:1/jwks.json' }),
  'the address of a certificate (x5u)': pointed({ x5u: 'http://127.0.0.1:1/cert.pem' }),
  'a key that it brings itself (jwk)': pointed({
    jwk: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
  }),
  'a critical header that nobody knows': (claims, { own }) => {
    const signed = `${encode({ ...HEADER, crit: ['new'], new: true })}.${encode(claims)}`
    const signature = signBytes(null, Buffer.from(signed), own)
    return `${signed}.${signature.toString('base64url')}`
  },
  'the audience of another resource': changed({ aud: 'https://other.example/mcp' }),
  'the issuer as its audience': (claims, { own }) => sign({ ...claims, aud: claims.iss }, own),
  'the runtime as its audience among others': (claims, { own }) =>
    sign({ ...claims, aud: ['https://other.example', 'https://more.example'] }, own),
  'another issuer': changed({ iss: 'https://as.example' }),
  'the type of an ID token': (claims, { own }) => sign(claims, own, { typ: 'JWT' }),
  'no type': (claims, { own }) => sign(claims, own, { typ: undefined }),
  'a tenant that its client is not of': changed({ tenant: 'acme' }),
  'a client of another tenant': changed({ client_id: 'acme/sales' }),
  'no tenant': changed({ tenant: undefined }),
  'an agent that is not declared': changed({ sub: 'ceo' }),
  'an actor that is not declared': changed({ act: { sub: 'ceo', kind: 'agent' } }),
  'an actor of no kind': changed({ act: { sub: 'sales' } }),
  'a chain without an end': changed({ act: deep(20) }),
  'a human nobody saw log in': changed({ sub: 'alice', kind: 'human', sid: 'default.forged' }),
  'a life without an end': changed({ exp: 4_102_444_800 }),
  'a time to come': changed({ iat: 4_102_444_800, exp: 4_102_444_900 }),
  'no end': changed({ exp: undefined }),
  'scopes that are none': changed({ scope: 'crm.* ../etc' }),
  'a binding that nobody knows': changed({ cnf: { kid: 'k' } }),
  'one megabyte': changed({ scope: 'x'.repeat(1_000_000) }),
  'a megabyte of nothing': () => 'a'.repeat(1_000_000),
}

test('no forged token is taken, whatever it is forged of', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => running.close())
  const genuine = await ownToken(issuer, agent('sales'))
  const claims: Claims = decodeJwt(genuine)
  const pem = readFileSync(join(running.folder, '.portcullis/keys/identity.pem'))
  const published = await (await fetch(`${issuer}/oauth/jwks`)).text()
  const keys = { own: createPrivateKey(pem), published }
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await askMcp(issuer, { headers })
    return { status: answer.status, challenge: answer.headers.get('www-authenticate') }
  }
  assert.equal((await ask(genuine)).status, 200)
  const again = await sign(claims, keys.own)
  assert.equal((await ask(again)).status, 200, 'what is only signed anew is genuine')
  for (const [name, forge] of Object.entries(FORGERIES)) {
    await t.test(name, async () => {
      const { status, challenge } = await ask(await forge(claims, keys))
      // Longer than the headers of a request may be: refused before anybody looks.
      if (name.includes('megabyte')) return assert.ok(status === 413 || status === 431)
      assert.equal(status, 401)
      assert.match(challenge ?? '', /^Bearer error="invalid_token"/)
    })
  }
})
