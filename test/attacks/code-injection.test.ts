import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { authorization, consentOf, humanToken, redeem, tokenIn } from '../support/human-token.ts'
import { Browser } from '../support/login-form.ts'
import { askToken } from '../support/oauth-agent.ts'
import { askMcp, BACK, oauthRuntime } from '../support/oauth-runtime.ts'

const REDIRECT = `redirect_uris = ["${BACK}"]`

async function people(t: TestContext) {
  const agents = { sales: REDIRECT, thief: REDIRECT, machine: '' }
  const { running, issuer, agent } = await oauthRuntime({ agents })
  t.after(() => running.close())
  const code = async (verifier = '', changes: Record<string, string> = {}) => {
    const begun = authorization(issuer, agent('sales'), changes)
    const back = await consentOf(begun.url)
    assert.equal(back.searchParams.get('iss'), issuer)
    assert.equal(back.searchParams.get('state'), 'xyz')
    const given = back.searchParams.get('code') ?? assert.fail('no code')
    return { code: given, code_verifier: verifier || begun.verifier }
  }
  return { running, issuer, agent, code }
}

test('a code is of no use to another client, verifier or page', async (t) => {
  const { issuer, agent, code } = await people(t)
  const cases: readonly [string, () => Promise<{ status: number; body: object }>][] = [
    ['another client', async () => redeem(issuer, agent('thief'), await code())],
    ['another verifier', async () => redeem(issuer, agent('sales'), await code('v'.repeat(43)))],
    ['no verifier', async () => redeem(issuer, agent('sales'), { code: (await code()).code })],
    [
      'another page',
      async () =>
        redeem(issuer, agent('sales'), { ...(await code()), redirect_uri: `${BACK}/other` }),
    ],
    [
      'another resource',
      async () => {
        const resource = 'https://other.example/mcp'
        return redeem(issuer, agent('sales'), { ...(await code()), resource })
      },
    ],
  ]
  for (const [name, ask] of cases) {
    await t.test(`not to ${name}`, async () => assert.equal((await ask()).status, 400))
  }
})

test('a code serves once: a second use ends what the first one got', async (t) => {
  const { issuer, agent, code } = await people(t)
  const once = await code()
  const first = await redeem(issuer, agent('sales'), once)
  const headers = { authorization: `Bearer ${tokenIn(first)}` }
  assert.equal((await askMcp(issuer, { headers })).status, 200)
  assert.equal((await redeem(issuer, agent('sales'), once)).body.code, 'OAUTH_GRANT_INVALID')
  assert.equal((await askMcp(issuer, { headers })).status, 401)
  const refresh = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) }
  assert.equal((await askToken(issuer, agent('sales'), { params: refresh })).status, 400)
})

test('of two who redeem a code at one time, at most one gets a token', async (t) => {
  const { issuer, agent, code } = await people(t)
  const once = await code()
  const answers = await Promise.all([1, 2, 3].map(() => redeem(issuer, agent('sales'), once)))
  assert.ok(answers.filter(({ status }) => status === 200).length <= 1)
})

test('a refresh token serves once, and a stolen one ends the consent', async (t) => {
  const { issuer, agent } = await people(t)
  const begun = await humanToken(issuer, agent('sales'))
  const refresh = (token: unknown, name = 'sales') =>
    askToken(issuer, agent(name), {
      params: { grant_type: 'refresh_token', refresh_token: String(token) },
    })
  assert.equal((await refresh(begun.body.refresh_token, 'thief')).status, 400)
  const next = await refresh(begun.body.refresh_token)
  assert.equal(next.status, 200)
  assert.equal((await refresh(begun.body.refresh_token)).body.code, 'OAUTH_GRANT_INVALID')
  assert.equal((await refresh(next.body.refresh_token)).status, 400)
  const headers = { authorization: `Bearer ${tokenIn(next)}` }
  assert.equal((await askMcp(issuer, { headers })).status, 401)
})

const BAD_BEGINNINGS: readonly [string, Record<string, string | undefined>][] = [
  ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
  ['PKCE in the clear', { code_challenge_method: 'plain' }],
  ['an implicit grant', { response_type: 'token' }],
  ['another resource', { resource: 'https://other.example/mcp' }],
  ['a scope that the agent may not have', { scope: 'mail.send crm.*.x' }],
  ['an answer by a script', { response_mode: 'form_post' }],
]

test('nothing leads to the login page that is not to be trusted', async (t) => {
  const { issuer, agent } = await people(t)
  for (const [name, changes] of BAD_BEGINNINGS) {
    await t.test(name, async () => {
      const { url } = authorization(issuer, agent('sales'), changes)
      const { url: end } = await new Browser().follow(url, BACK)
      assert.ok(!end.pathname.startsWith('/oauth/login'), end.href)
      assert.equal(end.searchParams.get('code'), null)
    })
  }
  await t.test('a page that is not registered is never gone back to', async () => {
    for (const redirect_uri of ['https://evil.example/cb', `${BACK}/../evil`, 'javascript:1']) {
      const { url } = authorization(issuer, agent('sales'), { redirect_uri })
      const response = await new Browser().open(url)
      assert.equal(response.headers.get('location'), null)
      assert.equal(response.status, 400)
      assert.doesNotMatch(await response.text(), /evil|javascript:1/)
    }
  })
  await t.test('an agent without an address has no humans', async () => {
    const { url } = authorization(issuer, agent('machine'))
    assert.equal((await new Browser().open(url)).status, 400)
  })
})

test('the login page has no script and no frame, and is for one browser alone', async (t) => {
  const { running, issuer, agent } = await people(t)
  const { url } = authorization(issuer, agent('sales'))
  const browser = new Browser()
  const { url: page, page: html } = await browser.follow(url, BACK)
  const policy = browser.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(html, /<script|javascript:|onclick/i)
  assert.match(browser.headers.get('cache-control') ?? '', /no-store/)
  // Session fixation: another browser has the address, and not the cookie.
  const other = await new Browser().open(page)
  assert.equal(other.status, 403)
  // CSRF: another site sends the form, and the listener looks at where it comes from.
  const forged = await browser.open(page, {
    method: 'POST',
    headers: {
      ...{ origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    },
    body: 'decision=allow&name=alice&password=correct horse',
  })
  assert.equal(forged.status, 403)
  const wrong = await browser.submit(page, { name: 'alice', password: 'wrong' }, BACK)
  assert.match(wrong.page, /not accepted/)
  const unknown = await browser.submit(page, { name: 'nobody', password: 'wrong' }, BACK)
  assert.equal(unknown.page, wrong.page)
  const refused = await browser.submit(page, { decision: 'deny' }, BACK)
  assert.equal(refused.url.searchParams.get('error'), 'access_denied')
  const text = JSON.stringify(running.receipts())
  assert.doesNotMatch(text, /correct horse|"wrong"/)
})
