import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type {
  AdminRoute,
  ErrorBody,
  IssuedToken,
  PolicyReload,
  Status,
  TokenRequest,
  ToolSchemas,
  WatchLine,
} from '../contract/admin-api.ts'
import type {
  ApprovalDetail,
  ApprovalList,
  ApproverTokenRequest,
  Ballot,
  IssuedApproverToken,
} from '../contract/approvals.ts'
import type { BudgetList, BudgetReset, BudgetStatus } from '../contract/budgets.ts'
import type {
  KeyCompromise,
  KeyList,
  KeyRetirement,
  KeyRotation,
  TrustDraft,
  TrustFileText,
} from '../contract/keys.ts'
import type { PolicyChange, PolicyPush, PolicyRollback } from '../contract/policy-changes.ts'
import { ERRORS, PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import { isJsonObject } from '../kernel/json/value.ts'
import { type AclClient, aclClient } from './acl-client.ts'
import { type AgentClient, agentClient } from './agent-client.ts'
import { type CertificateClient, certificateClient } from './certificate-client.ts'
import { type PeopleClient, peopleClient } from './people-client.ts'
import { type PrivacyClient, privacyClient } from './privacy-client.ts'
import { type ServerClient, serverClient } from './server-client.ts'
import { type StandingClient, standingClient } from './standing-client.ts'
import { type TenantClient, tenantClient } from './tenant-client.ts'
import { type ToolClient, toolClient } from './tool-client.ts'

export type { WatchMark } from '../contract/admin-api.ts'
export type { ApprovalDetail, ApprovalSummary } from '../contract/approvals.ts'
export type { KeyList, LedgerKey, TrustStatus } from '../contract/keys.ts'
export type { ApiTokenList, IssuedApiToken, User, UserList } from '../contract/people.ts'
export type { AgentStanding, AgentView, SessionList } from '../contract/standing.ts'
export type {
  ToolPinList,
  ToolPinView,
  ToolReadingView,
  ToolReviewList,
  ToolToReview,
} from '../contract/tools.ts'
export type { WatchEvent } from '../contract/watch-event.ts'
export type * from './certificate-client.ts'
export { svidProofText } from './certificate-client.ts'
export type {
  ApprovalList,
  ApproverTokenRequest,
  Ballot,
  BudgetList,
  BudgetReset,
  BudgetStatus,
  IssuedApproverToken,
  IssuedToken,
  PolicyChange,
  PolicyPush,
  PolicyReload,
  PolicyRollback,
  Status,
  TokenRequest,
  ToolSchemas,
  WatchLine,
}

/** How long the runtime may take to answer, in milliseconds. */
export const DEFAULT_ADMIN_TIMEOUT_MS = 10_000
/** Bytes of one answer, and of one line of a watch. */
export const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024

export interface AdminClientOptions {
  /** The `admin.sock` in the data directory of the runtime. */
  readonly socketPath: string
  /** Whose matters it speaks of; by default those of `default`. */
  readonly tenant?: string
  readonly timeoutMs?: number
}

/**
 * Speaks to a running runtime. Each call rejects `RUNTIME_NOT_RUNNING`, `ADMIN_FORBIDDEN` or
 * `ADMIN_TIMEOUT` where nobody answers, and otherwise with the code that the runtime gave.
 */
export interface AdminClient
  extends AclClient,
    AgentClient,
    CertificateClient,
    PeopleClient,
    PrivacyClient,
    ServerClient,
    StandingClient,
    TenantClient,
    ToolClient {
  status(): Promise<Status>
  issueToken(agent: string, request?: TokenRequest): Promise<IssuedToken>
  reloadPolicies(): Promise<PolicyReload>
  tools(): Promise<ToolSchemas>
  budgets(): Promise<BudgetList>
  resetBudget(name: string, request?: BudgetReset): Promise<BudgetStatus>
  pushPolicies(push: PolicyPush): Promise<PolicyChange>
  rollbackPolicies(rollback: PolicyRollback): Promise<PolicyChange>
  /** What waits; with `all` also what is settled, the newest first. */
  listApprovals(options?: { readonly all?: boolean }): Promise<ApprovalList>
  showApproval(id: string): Promise<ApprovalDetail>
  /** Votes as the approver whose token it is. */
  voteApproval(id: string, ballot: Ballot, token: string): Promise<ApprovalDetail>
  issueApproverToken(name: string, request?: ApproverTokenRequest): Promise<IssuedApproverToken>
  keys(): Promise<KeyList>
  rotateKey(request?: KeyRotation): Promise<KeyList>
  retireKey(request?: KeyRetirement): Promise<KeyList>
  compromiseKey(id: string, request?: KeyCompromise): Promise<KeyList>
  draftTrust(request?: TrustDraft): Promise<TrustFileText>
  publishTrust(request: TrustFileText): Promise<KeyList>
  /**
   * First `{ watch: 'open' }`, then every event from there on, last `{ watch: 'closed' }`; without
   * that one the runtime died, which throws. Aborting ends it quietly.
   */
  watch(signal?: AbortSignal): AsyncIterable<WatchLine>
}

export function adminClient(options: AdminClientOptions): AdminClient {
  const json = async (call: Call) => {
    try {
      return JSON.parse(await textOf(await send(call, options)))
    } catch (cause) {
      throw translated(cause, options)
    }
  }
  return {
    status: () => json({ method: 'GET', path: '/v1/status' }),
    issueToken: (agent, request = {}) =>
      json({
        method: 'POST',
        path: `/v1/agents/${encodeURIComponent(agent)}/tokens`,
        body: request,
      }),
    reloadPolicies: () => json({ method: 'POST', path: '/v1/policies/reload' }),
    tools: () => json({ method: 'GET', path: '/v1/tools' }),
    budgets: () => json({ method: 'GET', path: '/v1/budgets' }),
    resetBudget: (name, request = {}) =>
      json({
        method: 'POST',
        path: `/v1/budgets/${encodeURIComponent(name)}/reset`,
        body: request,
      }),
    pushPolicies: (body) => json({ ...CHANGE, path: '/v1/policies/push', body }),
    rollbackPolicies: (body) => json({ ...CHANGE, path: '/v1/policies/rollback', body }),
    listApprovals: ({ all = false } = {}) =>
      json({ method: 'GET', path: `/v1/approvals${all ? '?all=true' : ''}` }),
    showApproval: (id) => json({ method: 'GET', path: `/v1/approvals/${encodeURIComponent(id)}` }),
    voteApproval: (id, ballot, token) =>
      json({
        ...{ method: 'POST', path: `/v1/approvals/${encodeURIComponent(id)}/votes` },
        ...{ body: ballot, bearer: token },
      }),
    issueApproverToken: (name, request = {}) =>
      json({
        ...{ method: 'POST', path: `/v1/approvers/${encodeURIComponent(name)}/tokens` },
        body: request,
      }),
    keys: () => json({ method: 'GET', path: '/v1/keys' }),
    rotateKey: (body = {}) => json({ method: 'POST', path: '/v1/keys/rotate', body }),
    retireKey: (body = {}) => json({ method: 'POST', path: '/v1/keys/retire', body }),
    compromiseKey: (id, body = {}) =>
      json({ method: 'POST', path: `/v1/keys/${encodeURIComponent(id)}/compromised`, body }),
    draftTrust: (body = {}) => json({ method: 'POST', path: '/v1/trust/draft', body }),
    publishTrust: (body) => json({ method: 'POST', path: '/v1/trust', body }),
    ...agentClient(json),
    ...aclClient(json),
    ...privacyClient(json),
    ...serverClient(json),
    ...standingClient(json),
    ...peopleClient(json),
    ...tenantClient(json),
    ...certificateClient(json),
    ...toolClient(json),
    watch: (signal) => watch(options, signal),
  }
}

/** How long a change of policies may take, with their tests, in milliseconds. */
export const POLICY_CHANGE_TIMEOUT_MS = 120_000
const CHANGE = { method: 'POST', timeoutMs: POLICY_CHANGE_TIMEOUT_MS } as const

interface Call {
  readonly method: AdminRoute['method']
  /** Where it is known to be longer than elsewhere. */
  readonly timeoutMs?: number
  readonly path: string
  readonly body?: object
  readonly bearer?: string
  readonly signal?: AbortSignal | undefined
}

/** Resolves with the head of a good answer. */
async function send(call: Call, options: AdminClientOptions): Promise<IncomingMessage> {
  const { method, body, bearer, signal } = call
  const { socketPath, timeoutMs = call.timeoutMs ?? DEFAULT_ADMIN_TIMEOUT_MS } = options
  const { tenant = DEFAULT_TENANT } = options
  const whose = tenant === DEFAULT_TENANT ? '' : `/t/${encodeURIComponent(tenant)}`
  const path = `${whose}${call.path}`
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  }
  const asked = request({ socketPath, method, path, headers, signal, agent: false })
  asked.setTimeout(timeoutMs, () => asked.destroy(new TimeoutError()))
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  if (answer.statusCode === 200) return answer
  throw refusalOf(await textOf(answer))
}

class TimeoutError extends Error {}

async function* watch(
  options: AdminClientOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchLine> {
  try {
    const answer = await send({ method: 'GET', path: '/v1/watch', signal }, options)
    // From here on silence is no fault.
    answer.socket.setTimeout(0)
    let last: WatchLine | undefined
    for await (const line of linesOf(answer)) {
      last = JSON.parse(line) as WatchLine
      yield last
    }
    if (last !== undefined && 'watch' in last && last.watch === 'closed') return
    throw new PortcullisError('RUNTIME_NOT_RUNNING', 'the runtime went away')
  } catch (cause) {
    if (signal?.aborted) return
    throw translated(cause, options)
  }
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > ANSWER_LIMIT_BYTES) throw tooLong()
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk
    if (text.length > ANSWER_LIMIT_BYTES) throw tooLong()
  }
  return text
}

function tooLong(): PortcullisError {
  return new PortcullisError('INTERNAL', 'the runtime answers more than it can have to say')
}

/** The error that the runtime told, under its own code where this version knows it. */
function refusalOf(text: string): PortcullisError {
  const body: unknown = JSON.parse(text)
  const error = isJsonObject(body) ? (body as Partial<ErrorBody>).error : undefined
  const known = error !== undefined && Object.hasOwn(ERRORS, error.code)
  const code = known ? (error.code as keyof typeof ERRORS) : 'INTERNAL'
  return new PortcullisError(code, error?.message ?? 'the runtime gave an error without a reason')
}

function translated(cause: unknown, { socketPath }: AdminClientOptions): unknown {
  if (cause instanceof PortcullisError) return cause
  if (cause instanceof TimeoutError) {
    return new PortcullisError('ADMIN_TIMEOUT', `no answer on \`${socketPath}\` in time`, { cause })
  }
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new PortcullisError('RUNTIME_NOT_RUNNING', `no runtime answers on \`${socketPath}\``, {
        cause,
      })
    case 'ECONNRESET':
      return new PortcullisError('RUNTIME_NOT_RUNNING', 'the runtime went away', { cause })
    case 'EACCES':
    case 'EPERM':
      return new PortcullisError('ADMIN_FORBIDDEN', `\`${socketPath}\` is not yours`, { cause })
    default:
      return cause
  }
}
