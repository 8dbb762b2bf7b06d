import { type Static, Type } from 'typebox'
import { MAX_AMOUNT } from '../../kernel/budget/amount.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { Alerts } from './alerts-schema.ts'
import { Approvals, Approver } from './approval-schema.ts'
import { DURATION_PATTERN } from './duration.ts'
import { Members, Roles, Spaces, space, Tenants } from './identity-schema.ts'
import { KeysSchema } from './keys-schema.ts'
import { Labels } from './labels-schema.ts'
import { Ledger, Witnesses } from './ledger-schema.ts'
import { Limits } from './limits-schema.ts'
import { AdminListener, McpListener } from './listener-schema.ts'
import { Logins } from './login-schema.ts'
import { agentAsClient, OAuth } from './oauth-schema.ts'
import { PolicySchema } from './policy-schema.ts'
import { Reviewer } from './reviewer-schema.ts'
import { fulfils, HttpServer, StdioServer } from './server-schema.ts'
import { StorageSchema } from './storage-schema.ts'
import { CertificatesSchema } from './tls-schema.ts'
import { ToolsSchema } from './tools-schema.ts'

/**
 * Every key of `portcullis.toml`. `expected` says in words what a pattern asks for, `placeholder`
 * what the operator names; both are for messages and for the generated `docs/reference/config.md`.
 */
const description = Type.Optional(Type.String({ description: 'For people; changes nothing.' }))

/** Anything that JSON can say: what it means, policies say. */
const Value = Object.assign(Type.Unsafe<JsonValue>({}), { type: 'value' as const })

const Attributes = (about: string) =>
  Type.Record(Type.String(), Value, {
    description: about,
    placeholder: 'ATTRIBUTE',
    default: {},
  })

const Agent = Type.Object(
  {
    roles: Type.Array(Type.String(), { description: 'Roles declared under `[roles.NAME]`.' }),
    team: Type.Optional(Type.String({ description: 'What policies read as `principal.team`.' })),
    space: Type.Optional(Type.String({ description: 'What policies read as `principal.space`.' })),
    version: Type.Optional(Type.String({ description: 'What policies read as `agent.version`.' })),
    digest: Type.Optional(
      Type.String({
        description: 'Of its code, as `portcullis run --measure` prints it. Then it must be that.',
        pattern: '^sha256:[0-9a-f]{64}$',
        expected: '`sha256:` and 64 hex digits',
      }),
    ),
    attributes: Attributes('What else policies read of it: `agent.NAME`, `principal.NAME`.'),
    token_ttl: Type.String({
      description: 'Life of its tokens unless `agent token --ttl` says otherwise; `1s` to `24h`.',
      default: '15m',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `15m` or `8h`',
    }),
    ...agentAsClient,
    description,
  },
  { additionalProperties: false },
)

const Memory = Type.Object(
  {
    description,
    seed: Type.Optional(
      Type.String({
        description:
          'A JSON file, an object of values by key, that fills the namespace while it is empty.',
      }),
    ),
    space,
    fulfils,
  },
  { additionalProperties: false },
)

const Budget = Type.Object(
  {
    limit: Type.Number({
      description: 'What may be spent in any stretch of `per`, to the millionth.',
      minimum: 0,
      maximum: MAX_AMOUNT,
    }),
    per: Type.String({
      description: 'The stretch of time; `1m` to `366d`.',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `1h` or `30d`',
    }),
    unit: Type.String({
      description: 'What is counted, for people: `USD`, `tokens`.',
      pattern: '^[A-Za-z][A-Za-z0-9_-]{0,31}$',
      expected: 'a word of at most 32 letters, digits, `-` or `_`',
    }),
    per_agent: Type.Boolean({
      description: 'Gives each agent as much for itself; otherwise all share it.',
      default: false,
    }),
    description,
  },
  { additionalProperties: false },
)

const NAME = { pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' }
const NAME_IN_WORDS = 'a letter, then at most 63 letters, digits, `-` or `_`'

export const ConfigSchema = Type.Object(
  {
    data_dir: Type.String({
      description: 'Keys, ledger, counts, records and admin socket. Made with mode 0700.',
      default: '.portcullis',
    }),
    policy_dir: Type.String({
      description: 'Folder of the `*.policy` files.',
      default: 'policies',
    }),
    policy: PolicySchema,
    limits: Limits,
    listen: Type.Object(
      { mcp: McpListener, admin: AdminListener },
      { additionalProperties: false },
    ),
    spaces: Spaces,
    roles: Roles,
    members: Members,
    agents: Type.Record(Type.String(NAME), Agent, {
      description: 'Who may ask. Nobody else gets a token.',
      placeholder: 'NAME',
      expected: NAME_IN_WORDS,
    }),
    approvers: Type.Record(Type.String(NAME), Approver, {
      description: 'People who may be asked for approval. Nobody else approves anything.',
      placeholder: 'NAME',
      expected: NAME_IN_WORDS,
    }),
    approvals: Approvals,
    alerts: Alerts,
    labels: Labels,
    servers: Type.Record(
      Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' }),
      Type.Union([StdioServer, HttpServer]),
      {
        description: 'MCP servers. Agents see their tools as `NAME.tool`.',
        placeholder: 'NAME',
        expected: 'a small letter, then at most 31 small letters, digits, `-` or `_`',
      },
    ),
    memory: Type.Record(
      Type.String({ pattern: '^(?=.{1,128}$)[A-Za-z][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*$' }),
      Memory,
      {
        description:
          'Namespaces of the built-in record store, in quotes: `[memory."CRM.customers"]`.',
        placeholder: '"NAMESPACE"',
        expected: 'names of letters, digits, `-` or `_`, with dots between',
      },
    ),
    attributes: Type.Object(
      {
        operations: Type.Record(
          Type.String(),
          Attributes('What policies read under `operation`, of one or, with a star last, of many.'),
          {
            description: 'Facts about operations: `[attributes.operations."crm.export_*"]`.',
            placeholder: '"OPERATION"',
          },
        ),
        resources: Type.Record(
          Type.String(),
          Attributes('What policies read under `resource` and `data`, of one or of many.'),
          {
            description: 'Facts about resources: `[attributes.resources."CRM.customers"]`.',
            placeholder: '"RESOURCE"',
          },
        ),
        system: Attributes('What policies read under `system`: `maintenance_mode = false`.'),
      },
      { additionalProperties: false },
    ),
    budgets: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }), Budget, {
      description: 'What policies spend by `spend("NAME", …)` and read as `budget.NAME`.',
      placeholder: 'NAME',
      expected: 'a small letter, then at most 63 small letters, digits or `_`',
    }),
    identity: Logins,
    storage: StorageSchema,
    tools: Type.Object(
      { ...ToolsSchema.properties, reviewer: Type.Optional(Reviewer) },
      { additionalProperties: false },
    ),
    keys: KeysSchema,
    oauth: OAuth,
    certificates: CertificatesSchema,
    ledger: Ledger,
    witnesses: Witnesses,
    tenants: Tenants,
  },
  { additionalProperties: false },
)

export type ConfigFile = Static<typeof ConfigSchema>
