import { Type } from 'typebox'
import {
  DELEGATION_DEPTH_DEFAULT,
  DELEGATION_DEPTH_LIMIT,
} from '../../kernel/identity/delegation.ts'
import { EVERYTHING } from '../../kernel/identity/scopes.ts'
import { DURATION_PATTERN } from './duration.ts'

/** Of `[agents.NAME]`: what the authorization server knows of an agent. */
export const agentAsClient = {
  keys: Type.Array(Type.String({ minLength: 1, expected: 'a file, or a JWK as JSON' }), {
    description:
      'Public keys that it proves itself with to the authorization server: files in PEM or with ' +
      'a JWK or JWK Set, or a JWK written out. P-256 or Ed25519.',
    default: [],
  }),
  redirect_uris: Type.Array(Type.String({ minLength: 1, expected: 'an address' }), {
    description:
      'Where a browser may go back to after a human has consented that it acts for them.',
    default: [],
  }),
  scopes: Type.Array(
    Type.String({
      pattern: '^(?:\\*|[A-Za-z][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*(?:\\.?\\*)?)$',
      expected: 'an operation, or the beginning of names with a star last, such as `crm.*`',
    }),
    {
      description: 'The operations that its OAuth tokens may be for, at most.',
      default: [EVERYTHING],
    },
  ),
  acts_for: Type.Array(
    Type.String({
      pattern: '^(?:agent|human):(?:\\*|[A-Za-z0-9][A-Za-z0-9._@-]{0,127})$',
      expected: '`agent:NAME`, `human:NAME` or `human:*`',
    }),
    {
      description:
        'For whom it may act by token exchange (RFC 8693): whose tokens it may turn into its own.',
      default: [],
    },
  ),
}

/** Of `portcullis.toml`: our own authorization server. */
export const OAuth = Type.Object(
  {
    issuer: Type.Optional(
      Type.String({
        description:
          'Address that agents know the listener by, with no path; by default where it listens. ' +
          'It stands in every token, so set it where agents come in by a name.',
        pattern: '^https?://(?:\\[[0-9A-Fa-f:.]+\\]|[0-9a-z._-]+)(?::[0-9]{1,5})?$',
        expected: 'an origin such as `https://gate.example.com`',
      }),
    ),
    delegation_depth: Type.Integer({
      description: 'How often an authority may be passed on: human to agent is once.',
      default: DELEGATION_DEPTH_DEFAULT,
      minimum: 0,
      maximum: DELEGATION_DEPTH_LIMIT,
    }),
    consent_ttl: Type.String({
      description:
        'How long a human’s consent holds, and with it what agents refresh their tokens by; ' +
        '`1m` to `90d`.',
      default: '8h',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `8h` or `7d`',
    }),
  },
  { additionalProperties: false },
)
