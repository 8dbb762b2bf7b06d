import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }

const AgentName = Type.Object(
  { name: Type.String({ description: 'The agent, as declared.', maxLength: 128 }) },
  closed,
)

/** Why a standing is changed. */
export const StandingReason = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ description: 'Why, for the receipt.', minLength: 1, maxLength: 500 }),
    ),
  },
  closed,
)
export type StandingReason = Static<typeof StandingReason>

export const AgentStanding = Type.Object(
  {
    agent: Type.String(),
    state: Type.Enum(['active', 'suspended', 'revoked'], {
      description: 'Whether it may act, may not for now, or may not with anything it has.',
    }),
    voidUntil: Type.Optional(
      Type.String({
        description: 'What was issued to it up to then is void for good, in ISO 8601.',
      }),
    ),
  },
  closed,
)
export type AgentStanding = Static<typeof AgentStanding>

export const SessionList = Type.Object(
  {
    sessions: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Names it; proves nothing.' }),
          what: Type.Enum(['session', 'credential']),
          kind: Type.String({ description: 'What it is, for people: `mcp`.' }),
          principal: Type.Object(
            { kind: Type.Enum(['agent', 'human', 'service']), id: Type.String() },
            { ...closed, description: 'Whose it is.' },
          ),
          opened: Type.String({ description: 'Since when, in ISO 8601.' }),
          expires: Type.Optional(Type.String({ description: 'Until when at most.' })),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type SessionList = Static<typeof SessionList>

export const SessionPath = Type.Object(
  { id: Type.String({ description: 'The session, or the token.', minLength: 1, maxLength: 256 }) },
  closed,
)
export type SessionPath = Static<typeof SessionPath>

export const SessionEnding = Type.Object(
  {
    ...StandingReason.properties,
    token: Type.Optional(
      Type.Boolean({
        description: 'It is the id of a token or a certificate, which need not be listed.',
      }),
    ),
  },
  closed,
)
export type SessionEnding = Static<typeof SessionEnding>

export const SessionEnded = Type.Object(
  { id: Type.String(), what: Type.Enum(['session', 'credential']) },
  closed,
)
export type SessionEnded = Static<typeof SessionEnded>

export const AgentView = Type.Object(
  {
    ...AgentStanding.properties,
    roles: Type.Array(Type.String(), { description: 'Roles that it is declared with.' }),
    space: Type.Optional(Type.String({ description: 'The space that it belongs to.' })),
    sessions: Type.Integer({ description: 'What it has open.' }),
  },
  closed,
)
export type AgentView = Static<typeof AgentView>

/** Routes of the admin API about taking back what was proved. */
export const STANDING_ROUTES = {
  showAgent: {
    method: 'GET',
    url: '/v1/agents/:name',
    action: {
      operation: 'admin.agents.show',
      on: 'agent',
      changes: false,
      least: 'viewer',
      named: 'name',
    },
    summary: 'What an agent is, whether it may act, and how much it has open.',
    params: AgentName,
    answer: AgentView,
  },
  suspendAgent: {
    method: 'POST',
    url: '/v1/agents/:name/suspend',
    action: {
      operation: 'admin.agents.suspend',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
    },
    summary: 'Lets an agent do nothing until it is resumed; ends its sessions and streams.',
    params: AgentName,
    body: StandingReason,
    answer: AgentStanding,
  },
  resumeAgent: {
    method: 'POST',
    url: '/v1/agents/:name/resume',
    action: {
      operation: 'admin.agents.resume',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
    },
    summary: 'Lets it act again; after a revocation only by what is issued from now on.',
    params: AgentName,
    body: StandingReason,
    answer: AgentStanding,
  },
  revokeAgent: {
    method: 'POST',
    url: '/v1/agents/:name/revoke',
    action: {
      operation: 'admin.agents.revoke',
      on: 'agent',
      changes: true,
      least: 'admin',
      named: 'name',
    },
    summary: 'Makes all that an agent proves itself with void for good; ends what it has open.',
    params: AgentName,
    body: StandingReason,
    answer: AgentStanding,
  },
  sessions: {
    method: 'GET',
    url: '/v1/sessions',
    action: {
      operation: 'admin.sessions.list',
      on: 'session',
      changes: false,
      least: 'super_admin',
    },
    summary: 'What agents and people have open.',
    answer: SessionList,
  },
  endSession: {
    method: 'POST',
    url: '/v1/sessions/:id/end',
    action: {
      operation: 'admin.sessions.end',
      on: 'session',
      changes: true,
      least: 'super_admin',
      named: 'id',
    },
    summary: 'Ends one session, or takes one token back.',
    params: SessionPath,
    body: SessionEnding,
    answer: SessionEnded,
  },
} as const
