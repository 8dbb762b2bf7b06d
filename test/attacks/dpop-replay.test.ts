import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { exchange, ownToken, tokenIn } from '../support/human-token.ts'
import { askBoundToken, askToken, type DpopKey, dpopKey } from '../support/oauth-agent.ts'
import { askMcp, oauthRuntime } from '../support/oauth-runtime.ts'

const PARAMS = { grant_type: 'client_credentials' }
const now = () => Math.floor(Date.now() / 1000)

async function bound(t: TestContext) {
  const { running, issuer, agent } = await oauthRuntime({
    agents: { sales: '', helper: 'acts_for = ["agent:sales"]' },
  })
  t.after(() => running.close())
  const key = await dpopKey()
  const token = tokenIn(await askBoundToken(issuer, agent('sales'), { params: PARAMS, key }))
  const ath = hash('sha256', token, 'base64url')
  const about = { htm: 'POST', htu: `${issuer}/mcp`, ath }
  const show = (proof: string, scheme = 'DPoP') =>
    askMcp(issuer, { headers: { authorization: `${scheme} ${token}`, dpop: proof } })
  const first = await show(await key.proof(about))
  assert.match(first.headers.get('www-authenticate') ?? '', /^DPoP error="use_dpop_nonce"/)
  const nonce = first.headers.get('dpop-nonce') ?? assert.fail('no nonce')
  return { running, issuer, agent, key, token, about: { ...about, nonce }, show }
}

type Changes = Readonly<Record<string, unknown>>
type Forged = (about: Changes, key: DpopKey) => Promise<string> | string

const of =
  (changes: Changes, header: Changes = {}): Forged =>
  (about, key) =>
    key.proof({ ...about, ...changes }, header)

const PROOFS: Readonly<Record<string, Forged>> = {
  'of another key': async (about) => (await dpopKey()).proof(about),
  'for another method': of({ htm: 'GET' }),
  'for another address': of({ htu: 'http://127.0.0.1/mcp' }),
  'for the token endpoint': (about, key) =>
    key.proof({ ...about, htu: String(about.htu).replace('/mcp', '/oauth/token') }),
  'for another token': of({ ath: hash('sha256', 'other', 'base64url') }),
  'for no token': of({ ath: undefined }),
  'without an id': of({ jti: undefined }),
  'of two minutes ago': of({ iat: now() - 120 }),
  'of two minutes ahead': of({ iat: now() + 120 }),
  'of no type': of({}, { typ: undefined }),
  'of the type of a token': of({}, { typ: 'at+jwt' }),
  'that is none': () => 'a.b.c',
  'of many characters': of({ more: 'x'.repeat(8_000) }),
}

test('a bound token is taken only with a proof made for this one request', async (t) => {
  const { about, key, show, token, issuer } = await bound(t)
  assert.equal((await show(await key.proof(about))).status, 200)
  for (const [name, forge] of Object.entries(PROOFS)) {
    await t.test(`not with a proof ${name}`, async () => {
      const answer = await show(await forge(about, key))
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /invalid_dpop_proof/)
    })
  }
  await t.test('and not as a bearer token', async () => {
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await askMcp(issuer, { headers })).status, 401)
  })
})

test('a proof serves once, also where many arrive at one time', async (t) => {
  const { about, key, show } = await bound(t)
  const proof = await key.proof(about)
  const answers = await Promise.all(Array.from({ length: 6 }, () => show(proof)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await show(proof)).status, 401)
})

test('a nonce that we did not hand out is none, and one of before a restart is none', async (t) => {
  const { about, key, show, running, agent } = await bound(t)
  for (const nonce of ['made-up', '', undefined]) {
    const answer = await show(await key.proof({ ...about, nonce }))
    assert.match(answer.headers.get('www-authenticate') ?? '', /use_dpop_nonce/)
  }
  await running.restart()
  const issuer = running.runtime.address
  const htu = `${issuer}/oauth/token`
  const proof = await key.proof({ htm: 'POST', htu, nonce: about.nonce })
  const asked = { params: PARAMS, headers: { dpop: proof } }
  const { body } = await askToken(issuer, agent('sales'), asked)
  assert.equal(body.error, 'use_dpop_nonce')
})

test('at the token endpoint a proof serves once too, for every grant', async (t) => {
  const { issuer, agent, key, about } = await bound(t)
  const htu = `${issuer}/oauth/token`
  const subject = await ownToken(issuer, agent('sales'))
  const exchanging = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    ...{ subject_token: subject },
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  }
  for (const [name, params] of [
    ['sales', PARAMS],
    ['helper', exchanging],
  ] as const) {
    const proof = await key.proof({ htm: 'POST', htu, nonce: about.nonce })
    const ask = () => askToken(issuer, agent(name), { params, headers: { dpop: proof } })
    const answers = await Promise.all([ask(), ask(), ask()])
    assert.equal(answers.filter(({ status }) => status === 200).length, 1, name)
    assert.equal((await ask()).status, 400)
  }
})

test('an exchange asks for a proof of the same strength as other grants', async (t) => {
  const { issuer, agent, key, about } = await bound(t)
  const subject_token = await ownToken(issuer, agent('sales'))
  const htu = `${issuer}/oauth/token`
  const wrong: readonly Changes[] = [
    { htm: 'POST', htu: `${issuer}/mcp`, nonce: about.nonce },
    { htm: 'GET', htu, nonce: about.nonce },
    { htm: 'POST', htu, nonce: about.nonce, jti: undefined },
  ]
  for (const claims of wrong) {
    const answer = await askToken(issuer, agent('helper'), {
      params: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        ...{ subject_token },
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      },
      headers: { dpop: await key.proof(claims) },
    })
    assert.equal(answer.body.code, 'OAUTH_PROOF_INVALID')
  }
  assert.equal((await exchange(issuer, agent('helper'), { subject_token })).status, 200)
})
