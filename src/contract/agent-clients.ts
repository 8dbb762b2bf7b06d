import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const

export const AgentName = Type.Object(
  { name: Type.String({ description: 'The agent, as declared.', maxLength: 64 }) },
  closed,
)
export type AgentName = Static<typeof AgentName>

/** The public keys that an agent proves itself with to the authorization server. */
export const AgentKeyList = Type.Object(
  {
    agent: Type.String(),
    keys: Type.Array(
      Type.Object(
        {
          kid: Type.String({ description: 'Its name: the `kid` it came with, or its thumbprint.' }),
          type: Type.String({ description: '`Ed25519` or `P-256`.' }),
          from: Type.Enum(['declared', 'added'], {
            description: 'The configuration, or operators.',
          }),
          added: Type.Optional(Type.String({ description: 'When, in ISO 8601.' })),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type AgentKeyList = Static<typeof AgentKeyList>

export const AgentKeyAddition = Type.Object(
  {
    key: Type.String({
      description: 'A public key, P-256 or Ed25519, as PEM, JWK or JWK Set.',
      maxLength: 8_192,
    }),
  },
  closed,
)
export type AgentKeyAddition = Static<typeof AgentKeyAddition>

export const AgentKeyPath = Type.Object(
  {
    name: Type.String({ description: 'The agent, as declared.', maxLength: 64 }),
    kid: Type.String({ description: 'The key, as it is listed.', maxLength: 64 }),
  },
  closed,
)
export type AgentKeyPath = Static<typeof AgentKeyPath>

export const RegistrationRequest = Type.Object(
  {
    ttlMs: Type.Optional(
      Type.Integer({
        description: 'How long it is good, in milliseconds; by default 15 minutes.',
        minimum: 1_000,
        maximum: 86_400_000,
      }),
    ),
  },
  closed,
)
export type RegistrationRequest = Static<typeof RegistrationRequest>

export const OpenRegistration = Type.Object(
  {
    token: Type.String({
      description: 'The initial access token (RFC 7591): good for one client, which is the agent.',
    }),
    agent: Type.String(),
    expires: Type.String({ description: 'Until when it is good, in ISO 8601.' }),
  },
  closed,
)
export type OpenRegistration = Static<typeof OpenRegistration>

/** Routes of the admin API about agents as clients of the authorization server. */
export const AGENT_CLIENT_ROUTES = {
  agentKeys: {
    method: 'GET',
    url: '/v1/agents/:name/keys',
    action: {
      operation: 'admin.agents.list_keys',
      on: 'agent',
      changes: false,
      least: 'viewer',
      named: 'name',
    },
    summary: 'The public keys that an agent proves itself with.',
    params: AgentName,
    answer: AgentKeyList,
  },
  addAgentKey: {
    method: 'POST',
    url: '/v1/agents/:name/keys',
    action: {
      operation: 'admin.agents.add_key',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
    },
    summary: 'Adds public keys of an agent.',
    params: AgentName,
    body: AgentKeyAddition,
    answer: AgentKeyList,
  },
  removeAgentKey: {
    method: 'POST',
    url: '/v1/agents/:name/keys/:kid/remove',
    action: {
      operation: 'admin.agents.remove_key',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
    },
    summary: 'Removes a key of an agent; tokens that were issued to it until now are void.',
    params: AgentKeyPath,
    answer: AgentKeyList,
  },
  openRegistration: {
    method: 'POST',
    url: '/v1/agents/:name/registrations',
    action: {
      operation: 'admin.agents.open_registration',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
      confidential: true,
    },
    summary: 'Lets one client register as an agent (RFC 7591).',
    params: AgentName,
    body: RegistrationRequest,
    answer: OpenRegistration,
  },
} as const
