import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

/** Of `portcullis.toml`: who may be asked for approval. */
export const Approver = Type.Object(
  {
    roles: Type.Array(Type.String(), {
      description: 'Roles declared under `[roles.NAME]`: `approver: role("…")` of a policy.',
      default: [],
    }),
    team: Type.Optional(
      Type.String({ description: '`approver: team("…")` of a policy.', minLength: 1 }),
    ),
    agents: Type.Array(Type.String(), {
      description:
        'Agents that act for this person. What they ask counts as asked by the person, who then ' +
        'cannot approve it where a policy says `not: requester`.',
      default: [],
    }),
    token_ttl: Type.String({
      description: 'Life of tokens unless `approvals token --ttl` says otherwise; `1s` to `24h`.',
      default: '8h',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `15m` or `8h`',
    }),
    description: Type.Optional(Type.String({ description: 'For people; changes nothing.' })),
  },
  { additionalProperties: false },
)

/** Of `portcullis.toml`: what may wait, and for how long. */
export const Approvals = Type.Object(
  {
    wait: Type.String({
      description:
        'How long a call waits for approval, `0s` to `9m`. After that the agent is told to ask ' +
        'again; the request for approval stays until it expires.',
      default: '5m',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `30s` or `5m`',
    }),
    pending_per_agent: Type.Integer({
      description: 'Actions of one agent that may wait for approval, or for their use, at once.',
      default: 32,
      minimum: 1,
      maximum: 1_000,
    }),
    pending: Type.Integer({
      description: 'The same of all agents together.',
      default: 1_024,
      minimum: 1,
      maximum: 10_000,
    }),
  },
  { additionalProperties: false },
)
