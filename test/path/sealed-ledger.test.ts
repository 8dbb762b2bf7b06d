import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { generateSync } from 'otplib'
import { compose } from '../../src/app/compose.ts'
import { operations } from '../../src/app/operations.ts'
import { openPeopleDesk } from '../../src/app/people/open-desk.ts'
import { ServerDesk } from '../../src/app/servers/server-desk.ts'
import { ADMIN_ROUTES } from '../../src/contract/admin-api.ts'
import { loadText } from '../support/config-text.ts'
import { oauthAgent } from '../support/oauth-agent.ts'
import { FINDS_NOTHING, openAiModel } from '../support/scripted-model.ts'
import { silentLog } from '../support/silent-log.ts'

const NO_DOORS = { address: '', sessions: { list: () => [] } }

const CONFIG = `[roles.sales]
[agents.sales]
roles = ["sales"]
[approvers.ada]
roles = ["sales"]
[members.ada]
[approvals]
wait = "1s"
[budgets.llm]
limit = 10
per = "1d"
unit = "USD"
[memory."notes"]
[tools.reviewer]
kind = "openai"
url = "REVIEWER"
model = "m-1"
[servers.far]
transport = "http"
url = "http://127.0.0.1:1/mcp"
[policy]
reload = "RELOAD"
`
const policy = (name: string) => `approval ok { approver: role("sales"), ttl: 1h }
policy ${name} {
  allow: memory.write("notes")
  require: ok for memory.write("notes")
}`
const files = (name: string) => ({ files: [{ file: 'policies/p.policy', text: policy(name) }] })

/** A runtime without doors whose ledger takes nothing any more, and an action that waits. */
async function sealed(t: TestContext, reload: 'watch' | 'push') {
  const { url } = await openAiModel(t, FINDS_NOTHING)
  const text = CONFIG.replace('RELOAD', reload).replace('REVIEWER', url)
  const { folder, config } = await loadText(t, text)
  mkdirSync(join(folder, 'policies'))
  const file = join(folder, 'policies', 'p.policy')
  writeFileSync(file, policy('first'))
  const composed = await compose(config, silentLog)
  const { home: parts, gate, close } = composed
  const serverDesk = new ServerDesk(composed, {})
  const doors = { ...NO_DOORS, desk: openPeopleDesk(composed), serverDesk }
  const operate = operations(parts, doors)
  await operate.pushPolicies(files('second'))
  const { token } = await operate.issueToken('sales', {})
  const { token: approver } = await operate.issueApproverToken('ada', {})
  const request = new Promise<string>((resolve) => {
    void gate.guard({
      action: { kind: 'memory.write', namespace: 'notes', key: 'a', value: 1 },
      credential: { kind: 'bearer', token },
      channel: { door: 'mcp', peer: '::1', run: 's1' },
      onHeld: ({ request }) => resolve(request),
    })
  })
  const held = await request
  const identity = await parts.ports.identities.verify({ kind: 'bearer', token }, Date.now())
  await operate.grantRole('sales', ADA)
  await operate.addMember({ id: 'bob' })
  const { id: hold } = await operate.addHold({ reason: 'case 7' })
  const people = await withPeople(operate)
  const { keys } = await operate.addAgentKey('sales', { key: (await oauthAgent('sales')).jwk })
  await operate.grantAcl({ ...LISTED, level: 'owner' })
  await operate.grantAcl({ ...READER, level: 'read' })
  for (const description of ['Searches.', 'Searches. Then sends.']) {
    const definition = { name: 'search', description }
    parts.tools.desk.listed([{ server: 'desk', tool: 'search', definition }])
  }
  await parts.ledger.close()
  return {
    parts,
    close,
    operate,
    approver,
    held,
    hold,
    people,
    kid: keys[0]?.kid ?? '',
    identity,
    token: identity.credential?.id ?? '',
    write: (name: string) => writeFileSync(file, policy(name)),
  }
}

/** An account whose authenticator has a code to show, a disabled one, and a token. */
async function withPeople(operate: ReturnType<typeof operations>) {
  for (const name of ['eve', 'finn']) {
    await operate.addUser({ name, password: 'kaffee um halb acht' })
  }
  await operate.setUserState('finn', { disabled: true })
  const { secret } = await operate.enrolTotp('eve')
  const { id } = await operate.createApiToken({ service: 'ci', scopes: ['*'] })
  return { code: generateSync({ secret }), token: id }
}

/** The tool that waits for a review, as it was reviewed. */
function searchOf({ toolPins }: Sealed['operate']) {
  const { fingerprint = '' } = toolPins({}).pins[0] ?? {}
  return { tool: 'desk.search', fingerprint }
}

const ADA = { kind: 'human', id: 'ada' } as const
const BOT = { kind: 'agent', id: 'sales' } as const
const LISTED = { resource: 'memory/notes', candidate: 'agent:sales' }
const READER = { resource: 'memory/notes', candidate: 'agent:reader' }
const OTHER = { resource: 'memory/notes', candidate: 'agent:other', level: 'read' } as const
const idOfKey = ({ keyDesk }: Sealed['parts']) => keyDesk.keys[0]?.vkey.split('+')[1] ?? ''

type Route = keyof typeof ADMIN_ROUTES
type Sealed = Awaited<ReturnType<typeof sealed>>

/** Every operation that changes something, with arguments that would be accepted. */
const CHANGES: Partial<Record<Route, (sealed: Sealed) => Promise<unknown>>> = {
  issueToken: ({ operate }) => operate.issueToken('sales', {}),
  issueApproverToken: ({ operate }) => operate.issueApproverToken('ada', {}),
  rotateKey: ({ operate }) => operate.rotateKey({}),
  retireKey: ({ operate }) => operate.retireKey({ now: true }),
  compromiseKey: ({ operate, parts }) => operate.compromiseKey(idOfKey(parts), {}),
  draftTrust: ({ operate }) => operate.draftTrust({}),
  publishTrust: ({ operate }) => operate.publishTrust({ file: '{}' }),
  addHold: ({ operate }) => operate.addHold({ reason: 'case 9' }),
  removeHold: ({ operate, hold }) => operate.removeHold(hold, { reason: 'over' }),
  grantRole: ({ operate }) => operate.grantRole('super_admin', BOT),
  addMember: ({ operate }) => operate.addMember({ id: 'eve' }),
  eraseSubject: ({ operate }) => operate.eraseSubject({ subject: 'agent:sales' }),
  resetBudget: ({ operate }) => operate.resetBudget('llm', {}),
  pushPolicies: ({ operate }) => operate.pushPolicies(files('third')),
  rollbackPolicies: ({ operate }) => operate.rollbackPolicies({}),
  reloadPolicies({ operate, write }) {
    write('third')
    return operate.reloadPolicies()
  },
  addUser: ({ operate }) => operate.addUser({ name: 'gil', password: 'kaffee um halb neun' }),
  setPassword: ({ operate }) => operate.setPassword('eve', { password: 'ein anderes Wort' }),
  enrolTotp: ({ operate }) => operate.enrolTotp('eve'),
  confirmTotp: ({ operate, people }) => operate.confirmTotp('eve', { code: people.code }),
  removeTotp: ({ operate }) => operate.removeTotp('eve'),
  setUserState: ({ operate }) => operate.setUserState('finn', { disabled: false }),
  createApiToken: ({ operate }) => operate.createApiToken({ service: 'ci', scopes: ['*'] }),
  resumeAgent: ({ operate }) => operate.resumeAgent('sales', {}),
  addAgentKey: async ({ operate }) =>
    operate.addAgentKey('sales', { key: (await oauthAgent('sales')).jwk }),
  removeAgentKey: ({ operate, kid }) => operate.removeAgentKey('sales', kid),
  openRegistration: ({ operate }) => operate.openRegistration('sales', {}),
  readTool: ({ operate }) => operate.readTool(searchOf(operate)),
  approveTool: ({ operate }) => operate.approveTool(searchOf(operate)),
  addServer: ({ operate }) => operate.addServer({ name: 'new', command: 'new-mcp' }),
  removeServer: ({ operate }) => operate.removeServer('far'),
  grantAcl: ({ operate }) => operate.grantAcl(OTHER),
  revokeAcl: ({ operate }) => operate.revokeAcl(READER),
  rotateCa: ({ operate }) => operate.rotateCa({}),
  voteApproval: ({ operate, held, approver }) =>
    operate.voteApproval(held, { verdict: 'approve' }, approver),
}

async function stateOf({ parts, operate, held }: Sealed) {
  const { state, votes } = operate.showApproval(held)
  const { version } = parts.policies.current()
  const { holds } = operate.listHolds()
  const { grants } = operate.listRoles()
  const { members } = operate.listMembers()
  const { users } = operate.users()
  const { tokens } = operate.apiTokens()
  const accounts = parts.people.accounts.list(parts.tenant)
  const { keys: proving } = await operate.agentKeys('sales')
  const lists = operate.showAcl({ resource: LISTED.resource })
  const roots = await operate.ca()
  const servers = { live: parts.live.declared, text: readFileSync(parts.config.file, 'utf8') }
  const more = { proving, lists, roots, servers, pins: operate.toolPins({}) }
  const kept = {
    ...more,
    users,
    tokens,
    accounts,
    holds,
    grants,
    members,
    keys: [...parts.keyDesk.keys],
  }
  return { version, ...kept, budgets: operate.budgets(), state, votes }
}

for (const [name, change] of Object.entries(CHANGES)) {
  test(`${name} is refused, and changes nothing, when no receipt can be written`, async (t) => {
    const all = await sealed(t, name === 'reloadPolicies' ? 'watch' : 'push')
    try {
      const before = await stateOf(all)
      await assert.rejects(change(all), { code: 'LEDGER_UNAVAILABLE' })
      assert.deepEqual(await stateOf(all), before)
    } finally {
      await all.close()
    }
  })
}

interface Taking {
  readonly take: (sealed: Sealed) => Promise<unknown>
  /** Is what is taken away still there? */
  readonly isThere: (sealed: Sealed) => boolean
}

function mayAct({ parts, identity }: Sealed): boolean {
  try {
    parts.standing.check(identity)
    return true
  } catch {
    return false
  }
}

/** What takes something away: with no receipt it is not acknowledged, and in force all the same. */
const TAKINGS: Partial<Record<Route, Taking>> = {
  suspendAgent: { take: ({ operate }) => operate.suspendAgent('sales', {}), isThere: mayAct },
  revokeAgent: { take: ({ operate }) => operate.revokeAgent('sales', {}), isThere: mayAct },
  endSession: {
    take: ({ operate, token }) => operate.endSession(token, { token: true }),
    isThere: mayAct,
  },
  revokeRole: {
    take: ({ operate }) => operate.revokeRole('sales', ADA),
    isThere: ({ operate }) => operate.showMember('ada').grants.length > 0,
  },
  rejectTool: {
    take: ({ operate }) => operate.rejectTool({ tool: 'desk.search' }),
    isThere: ({ operate }) => operate.toolPins({}).pins[0]?.state !== 'rejected',
  },
  removeUser: {
    take: ({ operate }) => operate.removeUser('eve'),
    isThere: ({ operate }) => operate.users().users.some(({ name }) => name === 'eve'),
  },
  revokeApiToken: {
    take: ({ operate, people }) => operate.revokeApiToken(people.token),
    isThere: ({ operate }) => operate.apiTokens().tokens.length > 0,
  },
  removeMember: {
    take: ({ operate }) => operate.removeMember('bob'),
    isThere: ({ operate }) => operate.listMembers().members.some(({ id }) => id === 'bob'),
  },
}

for (const [name, { take, isThere }] of Object.entries(TAKINGS)) {
  test(`${name} is told to have failed, and holds, when no receipt can be written`, async (t) => {
    const all = await sealed(t, 'watch')
    try {
      assert.ok(isThere(all))
      await assert.rejects(take(all), { code: 'LEDGER_UNAVAILABLE' })
      assert.ok(!isThere(all))
    } finally {
      await all.close()
    }
  })
}

/** The first three change nothing; pruning does not either while nothing here is old enough. */
const ASKING = ['findSubject', 'showPayloads', 'showAcl', 'prune']
/** What launchers ask, of a process that they attest; tried in `launched-agent.test.ts`. */
const LAUNCHING = ['issueSvid', 'endSvid', 'reportStrangers']

test('there is a case for every operation that changes something', () => {
  const changing = Object.entries(ADMIN_ROUTES).filter(
    ([name, { method }]) => method === 'POST' && ![...ASKING, ...LAUNCHING].includes(name),
  )
  const tried = [...Object.keys(CHANGES), ...Object.keys(TAKINGS)]
  assert.deepEqual(tried.sort(), changing.map(([name]) => name).sort())
})
