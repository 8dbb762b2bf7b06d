import type { ADMIN_ROUTES } from '../../src/contract/admin-api.ts'

/**
 * Who asks. `ops`, `ed`, `vi` and `keeper` have their roles in the space `sales` alone; `root` is
 * the organisation's, and `auditor` has a role of its own there. `agent` has the same role: it is
 * worth nothing to an agent. Each person proves itself by the token of an approver.
 */
export const PRINCIPALS = [
  'root',
  'ops',
  'ed',
  'vi',
  'keeper',
  'auditor',
  'nobody',
  'agent',
] as const
export type Principal = (typeof PRINCIPALS)[number]

/** Whoever may be asked for approval may look at the requests, and answer them. */
const PEOPLE = PRINCIPALS.filter((each) => each !== 'agent' && each !== 'root')

export type Route = keyof typeof ADMIN_ROUTES

/** One thing to ask: of what is in the space `sales`, in another, or of no space. */
export interface AdminCase {
  readonly route: Route
  readonly of: 'sales' | 'other' | 'unknown' | 'organisation'
  /** What fills the parameters of the address, and the body. */
  readonly params?: Readonly<Record<string, string>>
  readonly body?: object
  /** All who may. Everybody else may not. */
  readonly may: readonly Principal[]
}

const SALES = { name: 'seller' }
const OTHER = { name: 'maker' }
const GHOST = { name: 'ghost' }

/** What is the organisation's is for `root`, and for whom a role of its own permits it. */
const organisation = (
  route: Route,
  may: readonly Principal[],
  asked: Pick<AdminCase, 'params' | 'body'> = {},
): AdminCase => ({ route, of: 'organisation', may: ['root', ...may], ...asked })

/** What is done to agents, in both spaces and to one that there is not. */
function agents(route: Route, may: readonly Principal[], body?: object): readonly AdminCase[] {
  const asked = body === undefined ? {} : { body }
  return [
    { route, of: 'sales', params: SALES, may: ['root', ...may], ...asked },
    { route, of: 'other', params: OTHER, may: ['root'], ...asked },
    { route, of: 'unknown', params: GHOST, may: ['root'], ...asked },
  ]
}

const grant = (space?: string) => ({
  ...{ kind: 'human', id: 'nobody' },
  ...(space !== undefined && { space }),
})

function grants(route: Route): readonly AdminCase[] {
  const params = { name: 'viewer' }
  return [
    { route, of: 'sales', params, body: grant('sales'), may: ['root', 'ops'] },
    { route, of: 'other', params, body: grant('making'), may: ['root'] },
    { route, of: 'unknown', params, body: grant('nowhere'), may: ['root'] },
    { route, of: 'organisation', params: { name: 'reader' }, body: grant(), may: ['root'] },
  ]
}

const ID = { id: '0190b3f1' }
const SERIAL = { serial: '0123abcd' }
const ZOE = { name: 'zoe' }
const PASSWORD = 'kaffee um halb acht'
const LISTED = { resource: 'storage/plan', candidate: 'agent:seller' }
const PRINT = `sha256:${'0'.repeat(64)}`
/** Of the shape that is asked for, and proving nothing. */
const SVID_REQUEST = {
  ...{ publicKey: 'A'.repeat(120), proof: 'A'.repeat(96), digest: `sha256:${'0'.repeat(64)}` },
  process: { pid: 1, uid: 0, started: '1' },
}

/** Every route of the admin API, and who may use it. */
export const CASES: readonly AdminCase[] = [
  organisation('status', ['auditor']),
  organisation('tools', []),
  organisation('listServers', []),
  organisation('showServer', [], { params: GHOST }),
  organisation('addServer', [], { body: { name: 'ghost', command: 'ghost-mcp' } }),
  organisation('removeServer', [], { params: GHOST, body: {} }),
  organisation('toolPins', []),
  organisation('reviewTools', []),
  organisation('readTool', [], { body: { tool: 'desk.x', fingerprint: PRINT } }),
  organisation('approveTool', [], { body: { tool: 'desk.x', fingerprint: PRINT } }),
  organisation('rejectTool', [], { body: { tool: 'desk.x' } }),
  organisation('watch', []),
  ...agents('showAgent', ['ops', 'ed', 'vi', 'keeper']),
  ...agents('issueToken', ['ops', 'ed', 'keeper'], {}),
  ...agents('suspendAgent', ['ops'], {}),
  ...agents('resumeAgent', ['ops'], {}),
  ...agents('revokeAgent', ['ops'], {}),
  ...agents('agentKeys', ['ops', 'ed', 'vi']),
  ...agents('addAgentKey', ['ops'], { key: '{}' }),
  ...agents('openRegistration', ['ops'], {}),
  ...agents('issueSvid', [], SVID_REQUEST),
  organisation('removeAgentKey', [], { params: { name: 'ghost', kid: 'laptop' } }),
  organisation('endSvid', [], { params: SERIAL }),
  organisation('reportStrangers', [], { params: SERIAL, body: { count: 1 } }),
  organisation('ca', []),
  organisation('rotateCa', [], { body: {} }),
  organisation('users', []),
  organisation('addUser', [], { body: { name: 'zoe', password: PASSWORD } }),
  organisation('setPassword', [], { params: ZOE, body: { password: PASSWORD } }),
  organisation('enrolTotp', [], { params: ZOE, body: {} }),
  organisation('confirmTotp', [], { params: ZOE, body: { code: '000000' } }),
  organisation('removeTotp', [], { params: ZOE, body: {} }),
  organisation('setUserState', [], { params: ZOE, body: { disabled: true } }),
  organisation('removeUser', [], { params: ZOE, body: {} }),
  organisation('apiTokens', []),
  organisation('createApiToken', [], { body: { service: 'ci', scopes: ['crm.*'] } }),
  organisation('revokeApiToken', [], { params: ID, body: {} }),
  organisation('showAcl', [], { body: { resource: 'storage/plan' } }),
  organisation('grantAcl', [], { body: { ...LISTED, level: 'owner' } }),
  organisation('revokeAcl', [], { body: LISTED }),
  organisation('sessions', ['auditor']),
  organisation('endSession', [], { params: ID, body: {} }),
  organisation('reloadPolicies', []),
  organisation('pushPolicies', [], { body: { files: [], dryRun: true } }),
  organisation('rollbackPolicies', [], { body: { dryRun: true } }),
  organisation('budgets', []),
  organisation('resetBudget', [], { params: { name: 'llm' }, body: {} }),
  organisation('listApprovals', PEOPLE),
  organisation('showApproval', PEOPLE, { params: ID }),
  organisation('voteApproval', PEOPLE, { params: ID, body: { verdict: 'deny' } }),
  organisation('issueApproverToken', [], { params: { name: 'vi' }, body: {} }),
  organisation('keys', []),
  organisation('rotateKey', [], { body: {} }),
  organisation('retireKey', [], { body: {} }),
  organisation('compromiseKey', [], { params: { id: '00000000' }, body: {} }),
  organisation('draftTrust', [], { body: {} }),
  organisation('publishTrust', [], { body: { file: '{}' } }),
  organisation('eraseSubject', [], { body: { subject: 'data:4711' } }),
  organisation('findSubject', [], { body: { subject: 'data:4711' } }),
  organisation('showPayloads', [], { params: { receipt: '0190b3f1' } }),
  organisation('listHolds', []),
  organisation('addHold', [], { body: { reason: 'case 7' } }),
  organisation('removeHold', [], { params: ID, body: { reason: 'over' } }),
  organisation('prune', [], { body: { dryRun: true } }),
  organisation('listTenants', []),
  organisation('listSpaces', []),
  organisation('listMembers', []),
  organisation('showMember', [], { params: { name: 'vi' } }),
  organisation('addMember', [], { body: { id: 'newcomer' } }),
  organisation('removeMember', [], { params: { name: 'newcomer' } }),
  organisation('listRoles', []),
  ...grants('grantRole'),
  ...grants('revokeRole'),
]
