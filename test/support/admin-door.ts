import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Status } from '../../src/contract/admin-api.ts'
import type { BudgetStatus } from '../../src/contract/budgets.ts'
import type { KeyList } from '../../src/contract/keys.ts'
import type { ApiTokenList, User } from '../../src/contract/people.ts'
import type { PolicyChange } from '../../src/contract/policy-changes.ts'
import type { StandingHold } from '../../src/contract/privacy.ts'
import type { ServerDetail, ServerView } from '../../src/contract/servers.ts'
import type { SessionList } from '../../src/contract/standing.ts'
import type { ToolPinView } from '../../src/contract/tools.ts'
import type { WatchEvent } from '../../src/contract/watch-event.ts'
import type { AdminOperations } from '../../src/inbound/admin/admin-operations.ts'
import type { AdminLimits, AdminRefusal } from '../../src/inbound/admin/admin-routes.ts'
import { startAdminServer } from '../../src/inbound/admin/admin-server.ts'
import { PortcullisError } from '../../src/kernel/errors.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { openGate } from './open-gate.ts'
import { eventLog, scratch } from './scratch.ts'

export const STATUS: Status = {
  version: '0.1.0',
  pid: 7,
  started: '2026-09-21T14:13:20.000Z',
  address: 'http://127.0.0.1:7070',
  policy: {
    ...{ version: 'sha256:00', reload: 'push', held: true },
    recording: { on: true, kept: 2, dropped: 1 },
  },
  ledger: { origin: 'example.com/log', size: 3 },
  trust: { standing: 'current', version: 2, expires: '2027-09-21T14:13:20.000Z' },
  agents: [{ name: 'sales', roles: ['sales'], tokenTtlMs: 900_000 }],
  servers: [
    { server: 'files', transport: 'stdio', state: 'up', tools: 2, restarts: 0 },
    {
      ...{ server: 'odd', transport: 'http', state: 'down', tools: 0, restarts: 3 },
      error: 'a\u001b[2Jb',
    },
  ],
  namespaces: ['CRM.customers'],
  certificates: [{ where: 'ca.1', ends: '2026-09-28T14:13:20.000Z', expiring: true }],
}

export const BUDGET: BudgetStatus = {
  ...{ name: 'llm', unit: 'USD', limit: 10, perMs: 86_400_000, perAgent: true },
  all: { spent: 2.5, reserved: 0.05 },
  agents: [{ agent: 'sales', spent: 2.5, reserved: 0.05, remaining: 7.45 }],
}

const KEYS: KeyList = {
  keys: [
    {
      ...{ id: '1c9d7a42', vkey: 'example.com/log+1c9d7a42+AYk0', alg: 'Ed25519' },
      ...{ purpose: 'checkpoint', state: 'active', notBefore: '2026-09-21T14:13:20.000Z' },
      firstSize: 0,
    },
  ],
  trust: { standing: 'pending', version: 2, expires: '2027-09-21T14:13:20.000Z' },
}

const READING = {
  ...{ verdict: 'suspicious' as const, model: 'm-1', prompt: 'sha256:02' },
  answers: ['k1', 'k2'],
}

const CHANGE: PolicyChange = {
  ...{ version: 'sha256:01', before: 'sha256:00' },
  ...{ changed: true, held: false, warnings: [] },
}

const USER: User = {
  ...{ name: 'ana', disabled: false, totp: true, recoveryCodes: 10, passkeys: 1 },
  created: '2026-09-21T14:13:20.000Z',
}

const API_TOKEN: ApiTokenList['tokens'][number] = {
  ...{ id: 't1', service: 'ci', scopes: ['crm.*'], roles: [] },
  ...{ created: '2026-09-21T14:13:20.000Z', expires: '2026-12-20T14:13:20.000Z' },
}
/** What `{"name":"search"}` would be known by. */
export const PIN: ToolPinView = {
  ...{ tool: 'desk.search', state: 'quarantined', fingerprint: `sha256:${'0'.repeat(64)}` },
  ...{ seen: '2026-09-21T14:13:20.000Z', renamedFrom: 'find' },
  approved: {
    ...{ fingerprint: `sha256:${'1'.repeat(64)}`, by: 'first_use' },
    at: '2026-09-20T14:13:20.000Z',
  },
}
const SERVER: ServerView = {
  ...{ name: 'desk', transport: 'stdio', command: 'desk-mcp', isolation: 'agent' },
  ...{ protocol: 'auto', revision: '2025-11-25', state: 'up', restarts: 0, links: 1 },
  ...{ offered: 1, heldBack: 0, pinned: 1 },
}
const SHOWN: Omit<ServerDetail, keyof ServerView> = {
  ...{ file: '/etc/portcullis/portcullis.toml', args: 0, env: [], callTimeoutMs: 60_000 },
  ...{ trust: 'first_use', schema: 'strict', sanitise: 'on', signatures: 'off' },
  ...{ introspects: false, tools: [{ name: 'search' }], more: 0 },
}
const ACL = { entries: [], digest: '00', policy: '' }

const HOLD: StandingHold = {
  ...{ id: 'h1', scope: 'tenant', reason: 'case 7', by: 'operator' },
  since: '2026-09-21T14:13:20.000Z',
}

const SESSION: SessionList['sessions'][number] = {
  ...{ id: 's1', what: 'session', kind: 'mcp', principal: { kind: 'agent', id: 'sales' } },
  opened: '2026-09-21T14:13:20.000Z',
}

export interface AdminDoorOptions extends Partial<AdminOperations> {
  /** Where the socket goes; by default a folder of its own. */
  readonly folder?: string
  readonly limits?: Partial<AdminLimits>
}

/** The admin API on a real socket, with nothing but answers behind it and its watchers in view. */
export async function adminDoor(t: TestContext, options: AdminDoorOptions = {}) {
  const { folder, limits, ...overrides } = options
  const watchers = new Set<(event: WatchEvent) => void>()
  const left = Promise.withResolvers<void>()
  const operations: AdminOperations = {
    status: () => STATUS,
    async issueToken(agent, { ttlMs, dpopJkt }) {
      if (agent !== 'sales') throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${agent}\``)
      const token = ['token', ttlMs ?? 'default', dpopJkt ?? 'unbound'].join('.')
      return { token, agent, expires: '2026-09-21T14:28:20.000Z' }
    },
    reloadPolicies: async () => ({ version: 'sha256:01', changed: true }),
    tools: () => ({ tools: [{ operation: 'crm.get', inputSchema: { type: 'object' } }] }),
    listServers: () => ({ servers: [SERVER] }),
    showServer: () => ({ ...SERVER, ...SHOWN }),
    addServer: async () => ({ file: SHOWN.file, server: SERVER }),
    removeServer: async (name) => ({ name, file: SHOWN.file }),
    toolPins: () => ({ pins: [PIN], more: 0, unreadable: 0 }),
    reviewTools: () => ({ tools: [{ ...PIN, drift: [], moreDrift: 0, shadowing: [] }], more: 0 }),
    readTool: async ({ tool, fingerprint }) => ({ ...READING, tool, fingerprint }),
    approveTool: async () => ({ ...PIN, state: 'pinned' }),
    rejectTool: async () => ({ ...PIN, state: 'rejected' }),
    budgets: () => ({ budgets: [BUDGET] }),
    async resetBudget(name, { agent = 'all' }) {
      if (name !== 'llm') throw new PortcullisError('BUDGET_UNKNOWN', `no budget \`${name}\``)
      return {
        ...BUDGET,
        all: { spent: 0, reserved: 0 },
        agents: [{ agent, spent: 0, reserved: 0 }],
      }
    },
    pushPolicies: async ({ files }) => ({ ...CHANGE, warnings: files.map(({ file }) => file) }),
    rollbackPolicies: async ({ version }) => ({ ...CHANGE, ...(version && { version }) }),
    listApprovals: () => ({ approvals: [] }),
    showApproval: unknownApproval,
    voteApproval: async (id) => unknownApproval(id),
    issueApproverToken: async (approver) => ({
      ...{ token: `token.of.${approver}`, approver, expires: '2026-09-21T22:13:20.000Z' },
    }),
    agentKeys: (agent) => ({ agent, keys: [] }),
    addAgentKey: async (agent) => ({ agent, keys: [] }),
    removeAgentKey: async (agent) => ({ agent, keys: [] }),
    openRegistration: async (agent) => ({
      ...{ token: 'registration.token', agent, expires: '2026-09-21T14:28:20.000Z' },
    }),
    showAcl: ({ resource }) => ({ ...ACL, resource }),
    grantAcl: async ({ resource }) => ({ ...ACL, resource }),
    revokeAcl: async ({ resource }) => ({ ...ACL, resource }),
    keys: () => KEYS,
    rotateKey: async () => KEYS,
    retireKey: async () => KEYS,
    compromiseKey: async () => KEYS,
    draftTrust: async () => ({ file: '{}\n' }),
    publishTrust: async () => KEYS,
    eraseSubject: async () => ({ state: 'unknown', payloads: 0 }),
    findSubject: () => ({}),
    showPayloads: async (receipt) => ({ receipt }),
    issueSvid: async () => {
      throw new PortcullisError('LAUNCH_NEEDS_TLS', 'the listener takes no SVIDs')
    },
    endSvid: async () => ({ noted: false }),
    reportStrangers: async () => ({ noted: false }),
    ca: async () => ({ trustDomain: 'gate.example.com', roots: [] }),
    rotateCa: async () => ({ trustDomain: 'gate.example.com', roots: [] }),
    listHolds: () => ({ holds: [] }),
    addHold: async ({ reason }) => ({ ...HOLD, reason }),
    removeHold: async (id) => ({ ...HOLD, id }),
    prune: async () => ({ payloads: 0, leaves: { from: 0, to: 0 }, segments: 0, held: false }),
    suspendAgent: async (agent) => ({ agent, state: 'suspended' }),
    resumeAgent: async (agent) => ({ agent, state: 'active' }),
    revokeAgent: async (agent) => ({ agent, state: 'revoked', voidUntil: HOLD.since }),
    showAgent: (agent) => ({ agent, state: 'active', roles: ['sales'], sessions: 1 }),
    sessions: () => ({ sessions: [SESSION] }),
    users: () => ({ users: [USER] }),
    addUser: async ({ name }) => ({ ...USER, name }),
    setPassword: async (name) => ({ ...USER, name }),
    enrolTotp: async (name) => ({ secret: 'JBSWY3DPEHPK3PXP', uri: `otpauth://totp/${name}` }),
    confirmTotp: async () => ({ recoveryCodes: ['aaaaa-bbbbb'] }),
    removeTotp: async (name) => ({ ...USER, name }),
    setUserState: async (name, { disabled }) => ({ ...USER, name, disabled }),
    removeUser: async () => ({ users: [] }),
    apiTokens: () => ({ tokens: [API_TOKEN] }),
    createApiToken: async ({ service, scopes }) => ({
      ...{ token: 'pct_default.secret', ...API_TOKEN, service, scopes },
    }),
    revokeApiToken: async () => ({ tokens: [] }),
    endSession: async (id, { token = false }) => ({ id, what: token ? 'credential' : 'session' }),
    listTenants: () => ({
      tenants: [{ name: 'default', spaces: 0, agents: 1, members: 0, receipts: 3 }],
    }),
    listSpaces: () => ({ spaces: [] }),
    listMembers: () => ({ members: [] }),
    showMember: (id) => ({ id, origin: 'declared', attributes: {}, grants: [] }),
    addMember: async ({ id }) => ({ id, origin: 'administered', attributes: {}, grants: [] }),
    removeMember: async (id) => ({ id, origin: 'administered', attributes: {}, grants: [] }),
    listRoles: () => ({ roles: [], grants: [] }),
    grantRole: async () => ({ changed: true, grants: [] }),
    revokeRole: async () => ({ changed: true, grants: [] }),
    watch: (listener) => {
      watchers.add(listener)
      return () => {
        watchers.delete(listener)
        left.resolve()
      }
    },
    ...overrides,
  }
  const log = eventLog()
  const socketPath = join(folder ?? (await scratch(t)), 'admin.sock')
  const refusals: string[] = []
  const refused = async ({ code, route }: AdminRefusal) => void refusals.push(`${code} ${route}`)
  const watchOf = () => operations.watch
  const served = {
    ...{ socketPath, ...openGate(operations), watchOf, log, refused },
    tenants: [DEFAULT_TENANT],
  }
  const server = await startAdminServer({ ...served, ...(limits && { limits }) })
  t.after(() => server.close())
  const emit = (event: WatchEvent) => {
    for (const listener of watchers) listener(event)
  }
  return { socketPath, served, log, refusals, server, watchers, left: left.promise, emit }
}

function unknownApproval(id: string): never {
  throw new PortcullisError('APPROVAL_UNKNOWN', `there is no request for approval \`${id}\``)
}

export interface Ask {
  readonly body?: string
  readonly type?: string
}

/** One request, as `GET /v1/status`, and its answer. */
export async function ask(socketPath: string, call: string, options: Ask = {}) {
  const { body, type = 'application/json' } = options
  const [method, path] = call.split(' ')
  const headers = body === undefined ? {} : { 'content-type': type }
  const asked = request({ socketPath, method, path, headers, agent: false })
  asked.end(body)
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode, body: JSON.parse(text) }
}
