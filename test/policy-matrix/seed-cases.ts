import type { JsonObject } from '../../src/kernel/json/value.ts'
import { isJsonObject } from '../../src/kernel/json/value.ts'

/** A request about the seed policies, and the effect it has to have with a reason or a demand. */
export interface SeedCase {
  readonly name: string
  readonly operation: string
  readonly attributes: JsonObject
  readonly approved?: readonly string[]
  readonly effect: string
  /** A reason, or the names of obligations and approvals. */
  readonly because: string
}

const OPERATION = { expected_seconds: 1, statistical: false }
const SYSTEM = { maintenance_mode: false }

const READ: JsonObject = {
  user: {
    clearance: 'secret',
    need_to_know: ['confidential'],
    background_check: { current: true },
  },
  data: { classification: 'confidential', contains_pii: true },
  session: { mfa_verified: true, secure_connection: true },
  operation: OPERATION,
  system: SYSTEM,
}
const FLOW: JsonObject = {
  user: { transform_permissions: ['mask'] },
  source: { classification: 'internal' },
  target: { classification: 'secret' },
  operation: { ...OPERATION, type: 'mask' },
  system: SYSTEM,
}
const SETS: JsonObject = {
  datasets: [{ privacy_level: 3 }, { privacy_level: 9 }],
  operation: { ...OPERATION, privacy_budget: 5 },
  system: SYSTEM,
}
const ALLOCATE: JsonObject = {
  user: { resource_quota: { remaining: 100 }, max_priority: 5 },
  resources: { total: 50, memory: 4e9 },
  operation: { ...OPERATION, priority: 3 },
  system: SYSTEM,
}

/** The attributes with the one at `path` set, or taken out. */
function but(attributes: JsonObject, path: string, value?: JsonObject[string]): JsonObject {
  const [root = '', ...names] = path.split('.')
  const within = attributes[root]
  const rest: JsonObject = Object.fromEntries(
    Object.entries(attributes).filter(([name]) => name !== root),
  )
  const inner = isJsonObject(within) ? within : {}
  const changed = names.length === 0 ? value : but(inner, names.join('.'), value)
  return changed === undefined ? rest : { ...rest, [root]: changed }
}

type Row = readonly [name: string, attributes: JsonObject, effect: string, because: string]

const READS: readonly Row[] = [
  ['all in order', READ, 'allow_with_conditions', 'audit_trail'],
  ['clearance too low', but(READ, 'user.clearance', 'confidential'), 'deny', 'default_deny'],
  ['a label outside the order', but(READ, 'user.clearance', 'ultra'), 'deny', 'default_deny'],
  ['no clearance', but(READ, 'user.clearance'), 'deny', 'default_deny'],
  ['no mfa', but(READ, 'session.mfa_verified'), 'deny', 'default_deny'],
  ['no need to know', but(READ, 'data.classification', 'secret'), 'deny', 'default_deny'],
  ['check lapsed', but(READ, 'user.background_check.current', false), 'deny', 'default_deny'],
  ['check unknown', but(READ, 'user.background_check'), 'deny', 'default_deny'],
  [
    'public data is another class',
    but(READ, 'data.classification', 'public'),
    'deny',
    'default_deny',
  ],
]
const EXPORTS: readonly Row[] = [
  ['of personal data', READ, 'deny', 'explicit_deny'],
  ['nobody says whether', but(READ, 'data.contains_pii'), 'deny', 'deny_on_error'],
  [
    'of other data: nothing allows it',
    but(READ, 'data.contains_pii', false),
    'deny',
    'default_deny',
  ],
]
const TRANSFORMS: readonly Row[] = [
  ['upwards', FLOW, 'allow', 'allowed'],
  ['downwards', but(FLOW, 'target.classification', 'public'), 'deny', 'default_deny'],
  [
    'statistical',
    but(FLOW, 'operation.statistical', true),
    'allow_with_conditions',
    'differential_privacy',
  ],
  [
    'perhaps statistical',
    but(FLOW, 'operation.statistical'),
    'allow_with_conditions',
    'differential_privacy',
  ],
]
const AGGREGATES: readonly Row[] = [
  ['over the budget', SETS, 'deny', 'explicit_deny'],
  ['within: nothing allows it', but(SETS, 'operation.privacy_budget', 9), 'deny', 'default_deny'],
  [
    'one over, one unlabelled',
    but(SETS, 'datasets', [{}, { privacy_level: 9 }]),
    'deny',
    'explicit_deny',
  ],
  ['one unlabelled', but(SETS, 'datasets', [{ privacy_level: 1 }, {}]), 'deny', 'deny_on_error'],
]
const SLOW = but(ALLOCATE, 'operation.expected_seconds', 600)
const LARGE = but(ALLOCATE, 'resources.memory', 64e9)
const ALLOCATES: readonly Row[] = [
  ['within the quota', ALLOCATE, 'allow', 'allowed'],
  ['over the quota', but(ALLOCATE, 'resources.total', 500), 'deny', 'default_deny'],
  ['much memory', LARGE, 'require_approval', 'supervisor_approval'],
  ['perhaps much', but(ALLOCATE, 'resources.memory'), 'require_approval', 'supervisor_approval'],
  ['long', SLOW, 'allow', 'allowed'],
  ['long, in maintenance', but(SLOW, 'system.maintenance_mode', true), 'deny', 'explicit_deny'],
  ['long, perhaps in maintenance', but(SLOW, 'system.maintenance_mode'), 'deny', 'deny_on_error'],
  [
    'perhaps long, in maintenance',
    but(but(SLOW, 'operation.expected_seconds'), 'system.maintenance_mode', true),
    ...(['deny', 'deny_on_error'] as const),
  ],
]

function cases(operation: string, rows: readonly Row[]): readonly SeedCase[] {
  return rows.map(([name, attributes, effect, because]) => ({
    ...{ name: `${operation}: ${name}`, operation, attributes, effect, because },
  }))
}

export const SEED_CASES: readonly SeedCase[] = [
  ...cases('read', READS),
  ...cases('export', EXPORTS),
  ...cases('transform', TRANSFORMS),
  ...cases('aggregate', AGGREGATES),
  ...cases('allocate', ALLOCATES),
  {
    ...{ name: 'allocate: much memory, approved', operation: 'allocate', attributes: LARGE },
    ...{ approved: ['supervisor_approval'], effect: 'allow', because: 'allowed' },
  },
  {
    ...{ name: 'an approval overrides no deny', operation: 'allocate' },
    attributes: but(but(LARGE, 'operation.expected_seconds', 600), 'system.maintenance_mode', true),
    ...{ approved: ['supervisor_approval'], effect: 'deny', because: 'explicit_deny' },
  },
  ...cases('delete', [['nothing is said of it', READ, 'deny', 'default_deny']]),
]
