import { Random } from '../random.ts'

/** A policy before it is written in the language of an engine. */
export interface ToolPolicy {
  readonly name: string
  readonly effect: 'allow' | 'deny'
  readonly role: string
  readonly server: string
  readonly tool: string
  readonly collection: string
  /** One record of the collection; absent: all of them. */
  readonly record?: string
  readonly limits: readonly Limit[]
}

export interface Limit {
  readonly attribute: 'clearance' | 'sensitivity' | 'risk' | 'mfa'
  readonly operator: '>=' | '<=' | '=='
  readonly value: number | boolean
}

/** A tool call before it is made ready for an engine. */
export interface ToolCase {
  readonly server: string
  readonly tool: string
  readonly args: {
    readonly collection: string
    readonly record: string
    readonly clearance: number
    readonly sensitivity: number
    readonly risk: number
    readonly mfa: boolean
  }
}

export interface ToolCases {
  readonly policies: readonly ToolPolicy[]
  readonly calls: readonly ToolCase[]
}

export const CALLER = { id: 'alice', roles: [1, 4, 9, 13, 17].map((n) => `role${n}`) } as const

const SERVERS = ['crm', 'files', 'mail', 'tickets', 'billing']
const TOOLS_EACH = 10
const COLLECTIONS = 20
const RECORDS_EACH = 10
const ROLES = 20
const CALLS = 1_024
const CLEARANCE = 60

/**
 * 50 tools, 200 records in 20 collections, 20 roles of which the caller has five. Four policies in
 * five name one record, the others a collection; one in ten denies. Most calls aim at a policy.
 */
export function toolCases(count: number): ToolCases {
  const random = new Random(count)
  const policies = Array.from({ length: count }, (_, index) => policyOf(index, random))
  const own = policies.filter(({ role }) => CALLER.roles.includes(role))
  const aims = own.length === 0 ? policies : own
  const calls = Array.from({ length: CALLS }, () => {
    const aim = random.chance(0.8) ? random.pick(random.chance(0.75) ? aims : policies) : undefined
    return callOf(aim ?? policyOf(0, random), random)
  })
  return { policies, calls }
}

function policyOf(index: number, random: Random): ToolPolicy {
  const deny = random.chance(0.1)
  const collection = `t${random.below(COLLECTIONS)}`
  const record = random.chance(0.8) ? recordOf(collection, random) : undefined
  return {
    name: `p${index}`,
    effect: deny ? 'deny' : 'allow',
    role: `role${random.below(ROLES)}`,
    server: random.pick(SERVERS),
    tool: `tool${random.below(TOOLS_EACH)}`,
    collection,
    ...(record === undefined ? {} : { record }),
    limits: deny
      ? [
          { attribute: 'sensitivity', operator: '>=', value: 40 + random.below(60) },
          { attribute: 'risk', operator: '>=', value: 30 + random.below(70) },
          { attribute: 'mfa', operator: '==', value: false },
        ]
      : [
          { attribute: 'clearance', operator: '>=', value: random.below(100) },
          { attribute: 'sensitivity', operator: '<=', value: random.below(100) },
          { attribute: 'mfa', operator: '==', value: true },
        ],
  }
}

function callOf({ server, tool, collection, record }: ToolPolicy, random: Random): ToolCase {
  const args = {
    collection,
    record: record ?? recordOf(collection, random),
    clearance: CLEARANCE,
    sensitivity: random.below(100),
    risk: random.below(100),
    mfa: random.chance(0.75),
  }
  return { server, tool, args }
}

function recordOf(collection: string, random: Random): string {
  return `${collection}/r${random.below(RECORDS_EACH)}`
}

/** `args.sensitivity <= 40 && …` with each attribute as `read` spells it. */
export function limitsText(
  { limits }: Pick<ToolPolicy, 'limits'>,
  read: (attribute: Limit['attribute']) => string,
): string {
  return limits
    .map(({ attribute, operator, value }) => `${read(attribute)} ${operator} ${value}`)
    .join(' && ')
}
