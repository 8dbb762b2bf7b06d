import { type Static, type TSchema, Type } from 'typebox'
import type { AdminAction } from '../kernel/identity/administration.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import { ACL_ROUTES } from './acl.ts'
import { AGENT_CLIENT_ROUTES } from './agent-clients.ts'
import { APPROVAL_ROUTES } from './approvals.ts'
import { BUDGET_ROUTES } from './budgets.ts'
import { CERTIFICATE_ROUTES, CertificateInUse } from './certificates.ts'
import { KEY_ROUTES, TrustStatus } from './keys.ts'
import { PEOPLE_ROUTES } from './people.ts'
import { POLICY_CHANGE_ROUTES } from './policy-changes.ts'
import { PRIVACY_ROUTES } from './privacy.ts'
import { SERVER_ROUTES } from './servers.ts'
import { STANDING_ROUTES } from './standing.ts'
import { TENANT_ROUTES } from './tenants.ts'
import { TOOL_ROUTES } from './tools.ts'
import { WatchEvent } from './watch-event.ts'

/** How a runtime is doing. */
export const Status = Type.Object(
  {
    version: Type.String({ description: 'Version of the program.' }),
    pid: Type.Integer({ description: 'Process id.' }),
    started: Type.String({ description: 'Since when it runs, in ISO 8601.' }),
    address: Type.String({ description: 'Where agents connect: `http://127.0.0.1:7070`.' }),
    policy: Type.Object({
      version: Type.String({ description: 'Digest of the policy set in force.' }),
      reload: Type.Enum(['watch', 'push'], { description: 'What changes it.' }),
      held: Type.Boolean({ description: 'Whether the directory says otherwise.' }),
      recording: Type.Object(
        {
          on: Type.Boolean({ description: 'Whether decided requests are recorded.' }),
          kept: Type.Integer({ description: 'Recorded requests on the disk.' }),
          dropped: Type.Integer({ description: 'Requests since the start that were not kept.' }),
        },
        { description: 'What `policy diff` can replay.' },
      ),
    }),
    ledger: Type.Object({
      origin: Type.String({ description: 'Name of the ledger.' }),
      size: Type.Integer({ description: 'Receipts in it.' }),
    }),
    trust: TrustStatus,
    agents: Type.Array(
      Type.Object({
        name: Type.String(),
        roles: Type.Array(Type.String()),
        tokenTtlMs: Type.Integer({ description: 'Life of its tokens in milliseconds.' }),
      }),
    ),
    servers: Type.Array(
      Type.Object({
        server: Type.String({ description: 'Name in the configuration.' }),
        transport: Type.Enum(['stdio', 'http']),
        state: Type.Enum(['starting', 'up', 'down']),
        tools: Type.Integer({ description: 'Tools that it offers.' }),
        restarts: Type.Integer(),
        links: Type.Optional(
          Type.Integer({ description: 'Sessions or processes that it keeps for agents.' }),
        ),
        error: Type.Optional(Type.String({ description: 'Why it is down.' })),
      }),
    ),
    namespaces: Type.Array(Type.String(), { description: 'Of the built-in record store.' }),
    certificates: Type.Array(CertificateInUse, {
      description: 'Those that do not renew themselves.',
    }),
  },
  { additionalProperties: false },
)
export type Status = Static<typeof Status>

export const AgentPath = Type.Object(
  { name: Type.String({ description: 'The agent, as declared.', maxLength: 64 }) },
  { additionalProperties: false },
)
export type AgentPath = Static<typeof AgentPath>

export const TokenRequest = Type.Object(
  {
    ttlMs: Type.Optional(
      Type.Integer({
        description: 'Life in milliseconds; by default the `token_ttl` of the agent.',
        minimum: 1_000,
        maximum: 86_400_000,
      }),
    ),
    dpopJkt: Type.Optional(
      Type.String({
        description: 'Thumbprint (RFC 7638) of the key that the token is bound to (RFC 9449).',
        pattern: '^[A-Za-z0-9_-]{43}$',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TokenRequest = Static<typeof TokenRequest>

export const IssuedToken = Type.Object(
  {
    token: Type.String({ description: 'The credential. Who holds it acts as the agent.' }),
    agent: Type.String(),
    expires: Type.String({ description: 'Until when it is good, in ISO 8601.' }),
  },
  { additionalProperties: false },
)
export type IssuedToken = Static<typeof IssuedToken>

export const PolicyReload = Type.Object(
  {
    version: Type.String({ description: 'Digest of the policy set now in force.' }),
    changed: Type.Boolean({ description: 'Whether it is another one than before.' }),
  },
  { additionalProperties: false },
)
export type PolicyReload = Static<typeof PolicyReload>

/** The operations that agents may ask for, as the servers describe them. */
export const ToolSchemas = Type.Object(
  {
    tools: Type.Array(
      Type.Object({
        operation: Type.String({ description: '`server.tool`.' }),
        inputSchema: Type.Unsafe<JsonObject>(
          Type.Object({}, { additionalProperties: true, description: 'JSON Schema of `args`.' }),
        ),
      }),
    ),
  },
  { additionalProperties: false },
)
export type ToolSchemas = Static<typeof ToolSchemas>

/** First and last line of a watch. */
export const WatchMark = Type.Union([
  Type.Object({ watch: Type.Literal('open') }, { additionalProperties: false }),
  Type.Object(
    {
      watch: Type.Literal('closed'),
      reason: Type.Enum(['stopped', 'slow_reader', 'ended'], {
        description:
          'The runtime stopped, the reader left too much unread and missed the rest, or it may ' +
          'not watch any more.',
      }),
    },
    { additionalProperties: false },
  ),
])
export type WatchMark = Static<typeof WatchMark>

export const WatchLine = Type.Union([WatchMark, WatchEvent])
export type WatchLine = WatchMark | WatchEvent

export const ErrorBody = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String({ description: 'See `docs/reference/errors.md`.' }),
        message: Type.String({ description: 'What is wrong.' }),
        remedy: Type.String({ description: 'What to do about it.' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type ErrorBody = Static<typeof ErrorBody>

/** Which action a request is, before it is decided. */
export interface RouteAction extends AdminAction {
  /** The parameter, or member of the body, that names what it acts on; else it is all there is. */
  readonly named?: string
  /** Members of the body that policies, approvers and receipts never see. */
  readonly secret?: readonly string[]
  /** Members of which they see a digest alone: they are long. */
  readonly digested?: readonly string[]
  /** The answer holds what nobody on the way may keep. */
  readonly confidential?: boolean
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly action: RouteAction
  readonly summary: string
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Bytes that the body may have, where that is more than elsewhere. */
  readonly bodyBytes?: number
  readonly answer: TSchema
  /** The answer is a stream of lines, each of them such a value. */
  readonly stream?: boolean
  /** The header `Authorization: Bearer …` proves who asks. */
  readonly bearer?: boolean
}

/** The admin API as data: the door serves it, the reference is generated from it. */
export const ADMIN_ROUTES = {
  status: {
    method: 'GET',
    url: '/v1/status',
    action: {
      operation: 'admin.runtime.status',
      on: 'runtime',
      changes: false,
      least: 'super_admin',
    },
    summary: 'How the runtime is doing.',
    answer: Status,
  },
  issueToken: {
    method: 'POST',
    url: '/v1/agents/:name/tokens',
    action: {
      operation: 'admin.agents.issue_token',
      on: 'agent',
      changes: true,
      least: 'editor',
      named: 'name',
      confidential: true,
    },
    summary: 'Issues a credential for an agent.',
    params: AgentPath,
    body: TokenRequest,
    answer: IssuedToken,
  },
  reloadPolicies: {
    method: 'POST',
    url: '/v1/policies/reload',
    action: {
      operation: 'admin.policies.reload',
      on: 'policy',
      changes: true,
      least: 'super_admin',
    },
    summary: 'Reads the policies again. With a mistake in them, those in force stay.',
    answer: PolicyReload,
  },
  tools: {
    method: 'GET',
    url: '/v1/tools',
    action: { operation: 'admin.tools.list', on: 'tool', changes: false, least: 'super_admin' },
    summary: 'What the servers offer, and what arguments it takes.',
    answer: ToolSchemas,
  },
  ...SERVER_ROUTES,
  ...TOOL_ROUTES,
  ...AGENT_CLIENT_ROUTES,
  ...BUDGET_ROUTES,
  ...POLICY_CHANGE_ROUTES,
  ...APPROVAL_ROUTES,
  ...ACL_ROUTES,
  ...KEY_ROUTES,
  ...PRIVACY_ROUTES,
  ...PEOPLE_ROUTES,
  ...STANDING_ROUTES,
  ...TENANT_ROUTES,
  ...CERTIFICATE_ROUTES,
  watch: {
    method: 'GET',
    url: '/v1/watch',
    action: {
      operation: 'admin.runtime.watch',
      on: 'runtime',
      changes: false,
      least: 'super_admin',
    },
    summary: 'Decisions and outcomes as they become durable, until the reader leaves.',
    answer: WatchLine,
    stream: true,
  },
} as const satisfies Record<string, AdminRoute>
