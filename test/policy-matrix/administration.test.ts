import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_ROUTES, type AdminRoute } from '../../src/contract/admin-api.ts'
import { type AdministeredRuntime, administeredRuntime } from '../support/administered-runtime.ts'
import { type AdminCase, CASES, PRINCIPALS, type Principal } from './administration-cases.ts'

/** Approvers are people; those who are members too have the roles that they are granted. */
const CONFIG = `
[spaces.sales]
[spaces.making]
[roles.reader]
permissions = ["admin.runtime.status", "admin.sessions.list"]
[roles.token_keeper]
permissions = ["admin.agents.show", "admin.agents.issue_token"]
[agents.seller]
roles = []
space = "sales"
[agents.maker]
roles = []
space = "making"
[members.root]
roles = ["super_admin"]
[members.ops]
spaces = { sales = ["admin"] }
[members.ed]
spaces = { sales = ["editor"] }
[members.vi]
spaces = { sales = ["viewer"] }
[members.keeper]
spaces = { sales = ["token_keeper"] }
[members.auditor]
roles = ["reader"]
[members.nobody]
[budgets.llm]
limit = 1
per = "1h"
unit = "USD"
[agents.agent]
roles = ["reader"]
${PRINCIPALS.filter((name) => name !== 'agent')
  .map((name) => `[approvers.${name}]\nroles = []`)
  .join('\n')}
`

test('every route of the admin API is in the table', () => {
  const listed = new Set(CASES.map(({ route }) => route))
  assert.deepEqual([...listed].sort(), Object.keys(ADMIN_ROUTES).sort())
})

test('who may do what is as the table says, asked over the network', async (t) => {
  const running = await administeredRuntime(t, { config: CONFIG })
  const tokens = await tokensOf(running)
  for (const given of CASES) {
    await t.test(`${given.route} of ${given.of}`, async () => {
      const permitted: Principal[] = []
      for (const [principal, token] of tokens) {
        if (await isPermitted(running, token, given)) permitted.push(principal)
      }
      const expected = PRINCIPALS.filter((principal) => given.may.includes(principal))
      assert.deepEqual(permitted, expected)
    })
  }
})

test('a role that is taken away stops the very next request', async (t) => {
  const { runtime, ask } = await administeredRuntime(t, { config: CONFIG })
  const { token } = await runtime.operations.issueApproverToken('nobody', {})
  const show = async () => (await ask('GET /v1/agents/seller', { token })).status
  const viewer = { kind: 'human', id: 'nobody', space: 'sales' } as const
  assert.equal(await show(), 403)
  await runtime.operations.grantRole('viewer', viewer)
  assert.equal(await show(), 200)
  const started = performance.now()
  await runtime.operations.revokeRole('viewer', viewer)
  assert.equal(await show(), 403)
  assert.ok(performance.now() - started < 1_000)
})

async function tokensOf({ runtime: { operations } }: AdministeredRuntime) {
  return Promise.all(
    PRINCIPALS.map(async (principal) => {
      const issued =
        principal === 'agent'
          ? await operations.issueToken('agent', {})
          : await operations.issueApproverToken(principal, {})
      return [principal, issued.token] as const
    }),
  )
}

/** What is permitted may still fail for a reason of its own: there is no such session. */
async function isPermitted(
  { ask }: AdministeredRuntime,
  token: string,
  { route, params = {}, body }: AdminCase,
): Promise<boolean> {
  const { method, url, body: takesBody }: AdminRoute = ADMIN_ROUTES[route]
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  const sent = takesBody === undefined ? {} : { body: JSON.stringify(body ?? {}) }
  const answer = await ask(`${method} ${path}`, { token, ...sent })
  const code = answer.body?.error?.code
  // Everybody is proved: what is not known is the agent that was named.
  assert.ok(answer.status !== 401 || code === 'IDENTITY_UNKNOWN', code)
  assert.notEqual(code, 'REQUEST_INVALID', JSON.stringify(answer.body))
  return code !== 'POLICY_DENIED'
}
