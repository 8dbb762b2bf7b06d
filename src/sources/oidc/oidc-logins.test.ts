import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { REDIRECT, type RunningProvider, startProvider } from '../../../test/support/glewlwyd.ts'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { FLOW_LIFE_MS } from '../flow-book.ts'
import { OidcLogins, type OidcOptions } from './oidc-logins.ts'

let provider: RunningProvider
before(async () => {
  provider = await startProvider()
})
after(() => provider.stop())

const clock = handClock(Date.now())

function logins(more: Partial<OidcOptions> = {}): OidcLogins {
  return new OidcLogins({
    ...{ name: 'corp', tenants: ['default'], issuer: provider.issuer, scope: 'openid', clock },
    ...{ clientId: provider.client.id, clientSecret: provider.client.secret },
    ...{ redirectUris: [], idClaim: 'preferred_username', rolesClaim: 'groups' },
    ...{ roles: { g_profile: ['staff'] }, attributes: { login: 'preferred_username' } },
    ...{ mfaAcr: [], mfaAmr: ['otp', 'hwk', 'mfa'], ...more },
  })
}

test('who logs in at the provider is proved, with roles and attributes of its claims', async () => {
  const corp = logins()
  const { url, flow } = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const asked = new URL(url).searchParams
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(asked.get(name))
  assert.equal(asked.get('code_challenge_method'), 'S256')
  const back = await provider.browse(url, 'ana')
  const { tenant, account } = await corp.finish(flow, back)
  const { subject, ...ana } = account
  assert.equal(tenant, 'default')
  assert.deepEqual(ana, {
    ...{ id: 'ana', via: 'oidc', mfaVerified: false },
    ...{ roles: ['staff'], attributes: { login: 'ana' } },
  })
  assert.ok(subject.startsWith(`${provider.issuer} `))
})

test('what the provider says of the factors is what policies read', async () => {
  const corp = logins({ mfaAmr: ['session'] })
  const { url, flow } = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const back = await provider.browse(url, 'ana')
  assert.equal((await corp.finish(flow, back)).account.mfaVerified, true)
})

test('a login ends once, by who began it, with its own answer and in time', async () => {
  const corp = logins()
  const mine = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const other = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const back = await provider.browse(mine.url, 'ana')
  await assert.rejects(corp.finish('guessed', back), { code: 'LOGIN_REFUSED' })
  // The code of one login under the flow of another: neither its state nor its verifier fit.
  await assert.rejects(corp.finish(other.flow, back), { code: 'LOGIN_REFUSED' })
  assert.equal((await corp.finish(mine.flow, back)).account.id, 'ana')
  await assert.rejects(corp.finish(mine.flow, back), { code: 'LOGIN_REFUSED' })
  const late = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const tooLate = await provider.browse(late.url, 'ana')
  clock.advance(FLOW_LIFE_MS)
  await assert.rejects(corp.finish(late.flow, tooLate), { code: 'LOGIN_REFUSED' })
})

const TAMPERED: readonly [what: string, change: (back: URL) => void][] = [
  ['another state', (back) => back.searchParams.set('state', 'x'.repeat(43))],
  ['no state', (back) => back.searchParams.delete('state')],
  ['another code', (back) => back.searchParams.set('code', 'guessed')],
  ['another issuer', (back) => back.searchParams.set('iss', 'https://evil.example')],
  ['an error', (back) => back.searchParams.set('error', 'access_denied')],
]

for (const [what, change] of TAMPERED) {
  test(`an answer with ${what} proves nobody`, async () => {
    const corp = logins()
    const { url, flow } = await corp.begin(DEFAULT_TENANT, REDIRECT)
    const back = new URL(await provider.browse(url, 'ana'))
    change(back)
    await assert.rejects(corp.finish(flow, back.href), { code: 'LOGIN_REFUSED' })
  })
}

test('a token that another nonce was asked for proves nobody', async () => {
  const corp = logins()
  const { url, flow } = await corp.begin(DEFAULT_TENANT, REDIRECT)
  const asked = new URL(url)
  asked.searchParams.set('nonce', 'of-another-login')
  const back = await provider.browse(asked.href, 'ana')
  await assert.rejects(corp.finish(flow, back), { code: 'LOGIN_REFUSED' })
})

test('nobody is sent back to where nobody has allowed it', async () => {
  const corp = logins({ redirectUris: ['https://console.example.com/back'] })
  await corp.begin(DEFAULT_TENANT, 'https://console.example.com/back')
  for (const address of [
    ...['https://evil.example/back', 'https://console.example.com/back/../other'],
    ...['http://localhost.evil.example/', 'http://127.0.0.1@evil.example/', 'javascript:alert(1)'],
    ...['https://console.example.com/back#x', ''],
  ]) {
    await assert.rejects(corp.begin(DEFAULT_TENANT, address), { code: 'REQUEST_INVALID' })
  }
  await assert.rejects(corp.begin(tenantOf('acme'), REDIRECT), { code: 'REQUEST_INVALID' })
})

test('a provider that is gone, or says it is another, is told apart from a refusal', async () => {
  const gone = logins({ issuer: 'http://127.0.0.1:9' })
  const unavailable = { code: 'IDENTITY_PROVIDER_UNAVAILABLE' }
  await assert.rejects(gone.begin(DEFAULT_TENANT, REDIRECT), unavailable)
  const other = logins({ issuer: provider.issuer.replace('127.0.0.1', 'localhost') })
  await assert.rejects(other.begin(DEFAULT_TENANT, REDIRECT), unavailable)
})
