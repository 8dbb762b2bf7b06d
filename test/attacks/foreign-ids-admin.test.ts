import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ADMIN_ROUTES } from '../../src/contract/admin-api.ts'
import { ask } from '../support/admin-door.ts'
import { type Known, knownOfGlobex, UNKNOWN } from '../support/known-of-globex.ts'
import { PASSWORD } from '../support/people.ts'
import { ACME, twoTenants } from '../support/two-tenants.ts'

type Route = keyof typeof ADMIN_ROUTES

/** What is sent where something is named: the parts of the path, and the body. */
type Naming = (named: Known) => {
  readonly path?: string
  readonly body?: object
  readonly query?: string
}

const SVID_REQUEST = {
  ...{ publicKey: 'A'.repeat(120), proof: 'A'.repeat(96), digest: `sha256:${'00'.repeat(32)}` },
  process: { pid: 1, uid: 0, started: '1' },
}

/**
 * Every route. `nothing` takes no name of anything: its answer must hold nothing of another tenant.
 * `stream` is read apart. A route that is missing here fails.
 */
const CASES: Readonly<Record<Route, Naming | 'nothing' | 'stream'>> = {
  status: 'nothing',
  issueToken: ({ agent }) => ({ path: agent, body: {} }),
  reloadPolicies: 'nothing',
  tools: 'nothing',
  listServers: 'nothing',
  showServer: ({ agent }) => ({ path: agent }),
  // Refused for what it says, so that nothing is left behind.
  addServer: ({ agent }) => ({ body: { name: agent, url: 'http://example.com/' } }),
  removeServer: ({ agent }) => ({ path: agent }),
  toolPins: 'nothing',
  reviewTools: 'nothing',
  readTool: ({ version, agent }) => ({ body: { tool: agent, fingerprint: version } }),
  approveTool: ({ version, agent }) => ({ body: { tool: agent, fingerprint: version } }),
  rejectTool: ({ agent }) => ({ body: { tool: agent } }),
  agentKeys: ({ agent }) => ({ path: agent }),
  addAgentKey: ({ agent }) => ({ path: agent, body: { key: '{}' } }),
  removeAgentKey: ({ agent }) => ({ path: agent }),
  openRegistration: ({ agent }) => ({ path: agent, body: {} }),
  budgets: 'nothing',
  resetBudget: ({ budget }) => ({ path: budget, body: {} }),
  pushPolicies: ({ version }) => ({ body: { files: [], expected: version, dryRun: true } }),
  rollbackPolicies: ({ version }) => ({ body: { version } }),
  listApprovals: 'nothing',
  showApproval: ({ approval }) => ({ path: approval }),
  voteApproval: ({ approval }) => ({ path: approval, body: { verdict: 'approve' } }),
  issueApproverToken: ({ approver }) => ({ path: approver, body: {} }),
  showAcl: ({ namespace }) => ({ body: { resource: `memory/${namespace}` } }),
  grantAcl: ({ namespace, agent }) => ({
    body: { resource: `memory/${namespace}`, candidate: `agent:${agent}`, level: 'read' },
  }),
  revokeAcl: ({ namespace, agent }) => ({
    body: { resource: `memory/${namespace}`, candidate: `agent:${agent}` },
  }),
  keys: 'nothing',
  rotateKey: () => ({ body: {} }),
  retireKey: () => ({ body: { now: true } }),
  compromiseKey: () => ({ path: '0123abcd', body: {} }),
  draftTrust: () => ({ body: {} }),
  publishTrust: () => ({ body: { file: '{}' } }),
  eraseSubject: ({ subject }) => ({ body: { subject, dryRun: true } }),
  findSubject: ({ subject }) => ({ body: { subject } }),
  showPayloads: ({ receipt }) => ({ path: receipt }),
  listHolds: 'nothing',
  addHold: ({ session }) => ({ body: { run: session, reason: 'mine now' } }),
  removeHold: ({ hold }) => ({ path: hold, body: { reason: 'mine now' } }),
  prune: () => ({ body: { dryRun: true } }),
  showAgent: ({ agent }) => ({ path: agent }),
  suspendAgent: ({ agent }) => ({ path: agent, body: {} }),
  resumeAgent: ({ agent }) => ({ path: agent, body: {} }),
  revokeAgent: ({ agent }) => ({ path: agent, body: {} }),
  users: 'nothing',
  addUser: ({ user }) => ({ body: { name: `${user}-too`, password: PASSWORD } }),
  setPassword: ({ user }) => ({ path: user, body: { password: PASSWORD } }),
  enrolTotp: ({ user }) => ({ path: user, body: {} }),
  confirmTotp: ({ user }) => ({ path: user, body: { code: '000000' } }),
  removeTotp: ({ user }) => ({ path: user, body: {} }),
  setUserState: ({ user }) => ({ path: user, body: { disabled: true } }),
  removeUser: ({ user }) => ({ path: user, body: {} }),
  apiTokens: 'nothing',
  createApiToken: ({ user }) => ({ body: { service: 'ci', scopes: ['*'], member: user } }),
  revokeApiToken: ({ apiToken }) => ({ path: apiToken, body: {} }),
  sessions: 'nothing',
  endSession: ({ session }) => ({ path: session, body: {} }),
  listTenants: 'nothing',
  listSpaces: 'nothing',
  listMembers: 'nothing',
  showMember: ({ member }) => ({ path: member }),
  addMember: ({ member }) => ({ body: { id: `${member}-too` } }),
  removeMember: ({ member }) => ({ path: member }),
  listRoles: 'nothing',
  grantRole: ({ member }) => ({ path: 'auditor', body: { kind: 'human', id: member } }),
  revokeRole: ({ member }) => ({ path: 'auditor', body: { kind: 'human', id: member } }),
  issueSvid: ({ agent }) => ({ path: agent, body: SVID_REQUEST }),
  endSvid: () => ({ path: '0123abcd' }),
  reportStrangers: () => ({ path: '0123abcd', body: { count: 1 } }),
  ca: 'nothing',
  rotateCa: () => ({ body: {} }),
  watch: 'stream',
}

/** What is in an answer for other reasons than what was named: its own ids, times and sizes. */
const OWN =
  /"(?:id|since|created|token|expires|receipt|started|digest|policy)":"(?:[^"\\]|\\.)*"|"receipts":[0-9]+/g

test('every route answers an id of another tenant exactly as one that nobody has', async (t) => {
  const running = await twoTenants(t)
  const { known, operations, mcp } = await knownOfGlobex(running)
  const socketPath = join(running.folder, '.portcullis', 'admin.sock')
  const before = stateOf(operations)
  const send = async (route: Route, named: ReturnType<Naming>) => {
    const { method, url } = ADMIN_ROUTES[route]
    const path = url.replace(/:[a-z]+/, encodeURIComponent(named.path ?? ''))
    const options = named.body === undefined ? {} : { body: JSON.stringify(named.body) }
    return ask(socketPath, `${method} /t/acme${path}`, options)
  }
  for (const [name, naming] of Object.entries(CASES) as [Route, (typeof CASES)[Route]][]) {
    if (naming === 'stream') continue
    const ask = typeof naming === 'function' ? naming : () => ({})
    const foreign = await send(name, ask(known))
    const unknown = await send(name, ask(UNKNOWN))
    const told = plain(foreign, known)
    assert.deepEqual(told, plain(unknown, UNKNOWN), name)
    assert.doesNotMatch(told.body, /globex/, name)
    assert.notEqual(foreign.status, 500, name)
  }
  const acme = running.runtime.operationsOf(ACME) ?? assert.fail()
  const { token } = await acme.issueApproverToken('boss', {})
  const vote = ({ approval }: Known) =>
    acme.voteApproval(approval, { verdict: 'approve' }, token).then(
      () => assert.fail('the vote counted'),
      ({ message }: Error) => message.replace(approval, 'approval'),
    )
  assert.equal(await vote(known), await vote(UNKNOWN))
  assert.deepEqual(stateOf(operations), before, 'nothing of the other tenant has changed')
  assert.ok((await mcp.post({ jsonrpc: '2.0', id: 2, method: 'ping' })).ok)

  const crossed = () =>
    running
      .receipts(ACME)
      .filter(({ event }) => event?.name === 'tenant.crossed')
      .map(({ event }) => event?.detail)
      .sort()
  const kinds = ['a hold', 'a receipt', 'a session', 'a token', 'an approval', 'an approval']
  await running.runtime.close()
  assert.deepEqual(
    crossed(),
    kinds.map((kind) => `${kind} of another tenant`),
  )
})

function plain(answer: { status?: number | undefined; body: unknown }, known: Known) {
  let body = JSON.stringify(answer.body).replaceAll(OWN, '')
  for (const [kind, text] of Object.entries(known)) body = body.replaceAll(text, kind)
  return { status: answer.status, body }
}

function stateOf(operations: Awaited<ReturnType<typeof knownOfGlobex>>['operations']) {
  const { holds } = operations.listHolds()
  const { approvals } = operations.listApprovals({ all: 'true' })
  const [{ users }, { tokens }] = [operations.users(), operations.apiTokens()]
  const people = { users, tokens, roles: operations.listRoles() }
  return { holds, approvals, budgets: operations.budgets(), ...people }
}

test('a watch of one tenant tells nothing of another', async (t) => {
  const running = await twoTenants(t)
  const events: unknown[] = []
  const stop = running.runtime.operationsOf(ACME)?.watch((event) => events.push(event))
  await knownOfGlobex(running)
  assert.deepEqual(events, [])
  const client = await running.agent(ACME)
  await client.callTool({ name: 'memory.read', arguments: { namespace: 'notes' } })
  assert.ok(events.length > 0)
  stop?.()
})

test('a tenant that there is not, and a path that names one oddly, are refused', async (t) => {
  const running = await twoTenants(t)
  const socketPath = join(running.folder, '.portcullis', 'admin.sock')
  const unknown = await ask(socketPath, 'GET /t/initech/v1/status')
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'TENANT_UNKNOWN'])
  for (const path of ['/t/../acme/v1/status', '/t/acme%2Fglobex/v1/status', '/t//v1/status']) {
    assert.equal((await ask(socketPath, `GET ${path}`)).status, 404, path)
  }
  for (const path of ['/t/acme/t/globex/v1/status', '/t/acme/../globex/v1/status']) {
    const { status, body } = await ask(socketPath, `GET ${path}`)
    assert.deepEqual([status, body.error.code], [404, 'REQUEST_ROUTE_UNKNOWN'], path)
  }
})
