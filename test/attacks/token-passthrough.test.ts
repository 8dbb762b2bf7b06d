import assert from 'node:assert/strict'
import { test } from 'node:test'
import { humanToken, ownToken, tokenIn } from '../support/human-token.ts'
import { askMcp, BACK, oauthRuntime } from '../support/oauth-runtime.ts'
import { httpUpstream } from '../support/upstreams/http-upstream.ts'

test('no token of an agent or a human reaches a server behind the runtime', async (t) => {
  const upstream = await httpUpstream(t, {
    'tools/list': ({ reply }) =>
      reply({ tools: [{ name: 'look', inputSchema: { type: 'object' } }] }),
    'tools/call': ({ reply }) => reply({ content: [{ type: 'text', text: 'seen' }] }),
  })
  const { running, issuer, agent } = await oauthRuntime({
    agents: { sales: `redirect_uris = ["${BACK}"]` },
    more: `[servers.far]\ntransport = "http"\nurl = "${upstream.url}"
headers = { Authorization = "Bearer of-the-operator" }\n`,
  })
  t.after(() => running.close())
  const tokens = [
    await ownToken(issuer, agent('sales')),
    tokenIn(await humanToken(issuer, agent('sales'))),
  ]
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}`, cookie: 'pc_login=x', 'x-api-key': token }
    const opened = await askMcp(issuer, { headers })
    const session = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    const params = { name: 'far.look', arguments: {} }
    const answer = await askMcp(issuer, { method: 'tools/call', params, headers: session })
    assert.match(await answer.text(), /seen/)
  }
  const sent = JSON.stringify(upstream.asked.map(({ headers, message }) => ({ headers, message })))
  assert.match(sent, /of-the-operator/)
  for (const token of tokens) assert.ok(!sent.includes(token))
})

test('what is a credential at a server behind the runtime is none at the runtime', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => running.close())
  const other = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => other.running.close())
  const foreign = await ownToken(other.issuer, other.agent('sales'))
  for (const token of ['of-the-operator', foreign]) {
    const answer = await askMcp(issuer, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(answer.status, 401)
  }
  const own = { authorization: `Bearer ${await ownToken(issuer, agent('sales'))}` }
  assert.equal((await askMcp(issuer, { headers: own })).status, 200)
})
