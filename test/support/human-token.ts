import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { Browser } from './login-form.ts'
import { askToken, type OAuthAgent, type TokenAnswer } from './oauth-agent.ts'
import { BACK } from './oauth-runtime.ts'

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Where a human begins: an address of the authorization server, and what redeems its code. */
export function authorization(
  issuer: string,
  agent: OAuthAgent,
  changes: Record<string, string | undefined> = {},
): { readonly url: URL; readonly verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${issuer}/oauth/authorize`)
  const params = {
    ...{ client_id: agent.id, response_type: 'code', redirect_uri: BACK, state: 'xyz' },
    ...{ code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' },
    ...changes,
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { url, verifier }
}

/** Logs in as alice, allows it, and returns where the browser is sent back to. */
export async function consentOf(url: URL, browser = new Browser()): Promise<URL> {
  const { url: page } = await browser.follow(url, BACK)
  const back = await browser.submit(page, { name: 'alice', password: 'correct horse' }, BACK)
  return back.url
}

/** A token of an agent that acts for alice, as the token endpoint answered. */
export async function humanToken(
  issuer: string,
  agent: OAuthAgent,
  scope?: string,
): Promise<TokenAnswer> {
  const { url, verifier } = authorization(issuer, agent, { scope })
  const code = (await consentOf(url)).searchParams.get('code')
  assert.ok(code)
  return redeem(issuer, agent, { code, code_verifier: verifier })
}

export function redeem(
  issuer: string,
  agent: OAuthAgent,
  params: Record<string, string>,
): Promise<TokenAnswer> {
  const code = { grant_type: 'authorization_code', redirect_uri: BACK }
  return askToken(issuer, agent, { params: { ...code, ...params } })
}

/** A token of an agent by itself. */
export async function ownToken(issuer: string, agent: OAuthAgent, scope?: string): Promise<string> {
  const params = { grant_type: 'client_credentials', ...(scope && { scope }) }
  return tokenIn(await askToken(issuer, agent, { params }))
}

/** What an agent gets for the token of another. */
export function exchange(
  issuer: string,
  agent: OAuthAgent,
  params: Record<string, string> & { readonly subject_token: string },
): Promise<TokenAnswer> {
  const exchanging = { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN, ...params }
  return askToken(issuer, agent, { params: exchanging })
}

/** The token in an answer; fails where there is none. */
export function tokenIn({ status, body }: TokenAnswer): string {
  assert.equal(status, 200, JSON.stringify(body))
  return String(body.access_token)
}
