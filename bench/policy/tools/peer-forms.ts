import type { CaslRule } from '../peers/casl.ts'
import type { CedarCall } from '../peers/cedar.ts'
import type { CelRule } from '../peers/cel.ts'
import { CALLER, limitsText, type ToolCase, type ToolPolicy } from './cases.ts'

/** The policies and calls of `cases.ts` in the languages of the peers. */

export function operationOf({ server, tool }: Pick<ToolPolicy, 'server' | 'tool'>): string {
  return `${server}.${tool}`
}

/** What a policy is about, as a key for the peers that have no index of their own. */
export function headKey(policy: ToolPolicy): string {
  return `${operationOf(policy)}:${policy.record ?? policy.collection}`
}

export function sliceKeys(call: ToolCase): readonly string[] {
  const operation = operationOf(call)
  return [`${operation}:${call.args.record}`, `${operation}:${call.args.collection}`]
}

export function cedarText(policy: ToolPolicy): string {
  const { name, effect, role, collection, record } = policy
  const about =
    record === undefined
      ? `resource in Collection::"${collection}"`
      : `resource == Record::"${record}"`
  const scope = `principal in Role::"${role}", action == Action::"${operationOf(policy)}", ${about}`
  const limits = limitsText(policy, (attribute) => `context.${attribute}`)
  const word = effect === 'deny' ? 'forbid' : 'permit'
  return `@id("${name}") ${word} (${scope}) when { ${limits} };`
}

/** With the smallest sound slice of entities: the caller, its roles, the record's collection. */
export function cedarCall(call: ToolCase): CedarCall {
  const { collection, record, ...context } = call.args
  const principal = { type: 'User', id: CALLER.id }
  const resource = { type: 'Record', id: record }
  const roles = CALLER.roles.map((id) => ({ type: 'Role', id }))
  const parents = [{ type: 'Collection', id: collection }]
  return {
    principal,
    action: { type: 'Action', id: operationOf(call) },
    resource,
    context,
    entities: [
      { uid: principal, attrs: {}, parents: roles },
      { uid: resource, attrs: {}, parents },
    ],
  }
}

const MATCHES = [
  'r.act == p.act',
  '(r.args.record == p.thing || r.args.collection == p.thing)',
  'g(r.sub.id, p.role)',
  'eval(p.condition)',
]

/** Casbin's model: a deny wins, conditions are read from the rows. */
export const MODEL = `
[request_definition]
r = sub, act, args

[policy_definition]
p = role, act, thing, condition, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = ${MATCHES.join(' && ')}
`

export function casbinRow(policy: ToolPolicy): readonly string[] {
  const { role, record, collection, effect } = policy
  const limits = limitsText(policy, (attribute) => `r.args.${attribute}`)
  return [role, operationOf(policy), record ?? collection, limits, effect]
}

const CASL_OPERATORS = { '>=': '$gte', '<=': '$lte', '==': '$eq' } as const

/** The rules of the one caller, roles resolved beforehand; denies last, as the last one wins. */
export function caslRules(policies: readonly ToolPolicy[]): readonly CaslRule[] {
  const own = policies.filter(({ role }) => CALLER.roles.includes(role))
  const rule = (policy: ToolPolicy) => {
    const { effect, record, collection, limits } = policy
    const conditions = Object.fromEntries(
      limits.map(({ attribute, operator, value }) => [
        attribute,
        { [CASL_OPERATORS[operator]]: value },
      ]),
    )
    return {
      action: operationOf(policy),
      subject: collection,
      inverted: effect === 'deny',
      conditions: record === undefined ? conditions : { record, ...conditions },
    }
  }
  const of = (wanted: ToolPolicy['effect']) => own.filter(({ effect }) => effect === wanted)
  return [...of('allow'), ...of('deny')].map(rule)
}

export function celRules(policies: readonly ToolPolicy[]): ReadonlyMap<string, readonly CelRule[]> {
  const groups = Map.groupBy(policies, headKey)
  const rule = (policy: ToolPolicy) => {
    const limits = limitsText(policy, (attribute) => `args.${attribute}`)
    return { effect: policy.effect, condition: `"${policy.role}" in principal.roles && ${limits}` }
  }
  return new Map([...groups].map(([key, members]) => [key, members.map(rule)]))
}
