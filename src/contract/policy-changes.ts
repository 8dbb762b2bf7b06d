import { type Static, Type } from 'typebox'

const PolicyText = Type.Object(
  {
    file: Type.String({
      description: 'Its name, below any folder: `policies/teams/sales.policy`.',
      minLength: 1,
      maxLength: 512,
    }),
    text: Type.String({ description: 'What it says.', maxLength: 4 * 1024 * 1024 }),
  },
  { additionalProperties: false },
)

const Expected = Type.Optional(
  Type.String({
    description: 'The version that must be in force now, so that nothing is overtaken unseen.',
    maxLength: 128,
  }),
)
const DryRun = Type.Optional(
  Type.Boolean({ description: 'Say what would be, and change nothing.' }),
)

export const PolicyPush = Type.Object(
  {
    files: Type.Array(PolicyText, { description: 'All policy files.', maxItems: 10_000 }),
    tests: Type.Optional(
      Type.Array(PolicyText, { description: 'The `*.test.yaml` beside them.', maxItems: 10_000 }),
    ),
    expected: Expected,
    dryRun: DryRun,
  },
  { additionalProperties: false },
)
export type PolicyPush = Static<typeof PolicyPush>

export const PolicyRollback = Type.Object(
  {
    version: Type.Optional(
      Type.String({
        description: 'A version that was in force, or its beginning; by default the one before.',
        minLength: 1,
        maxLength: 128,
      }),
    ),
    expected: Expected,
    dryRun: DryRun,
  },
  { additionalProperties: false },
)
export type PolicyRollback = Static<typeof PolicyRollback>

export const PolicyChange = Type.Object(
  {
    version: Type.String({ description: 'Digest of the policy set that came into force.' }),
    before: Type.String({ description: 'Digest of the one before.' }),
    changed: Type.Boolean({ description: 'Whether it is another one than before.' }),
    held: Type.Boolean({
      description: 'The directory says otherwise: the set holds until a file there changes.',
    }),
    warnings: Type.Array(Type.String(), { description: 'What the checker doubts.' }),
    tests: Type.Optional(
      Type.Object({
        passed: Type.Integer(),
        failed: Type.Integer(),
        failures: Type.Array(Type.String(), { description: 'Each failure in one line.' }),
      }),
    ),
  },
  { additionalProperties: false },
)
export type PolicyChange = Static<typeof PolicyChange>

/** Routes of the admin API that change what is in force. */
export const POLICY_CHANGE_ROUTES = {
  pushPolicies: {
    method: 'POST',
    url: '/v1/policies/push',
    action: {
      operation: 'admin.policies.push',
      on: 'policy',
      changes: true,
      least: 'super_admin',
      digested: ['files', 'tests'],
    },
    summary: 'Checks and tests policies, then puts them in force in one step; or changes nothing.',
    body: PolicyPush,
    bodyBytes: 32 * 1024 * 1024,
    answer: PolicyChange,
  },
  rollbackPolicies: {
    method: 'POST',
    url: '/v1/policies/rollback',
    action: {
      operation: 'admin.policies.rollback',
      on: 'policy',
      changes: true,
      least: 'super_admin',
    },
    summary: 'Puts a version in force again that was before.',
    body: PolicyRollback,
    answer: PolicyChange,
  },
} as const
