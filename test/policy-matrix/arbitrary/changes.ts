import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'
import { isJsonObject } from '../../../src/kernel/json/value.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import type { Draft } from './policies.ts'

const PATHS = [
  ...['args', 'args.n', 'args.s', 'args.label', 'args.flag', 'args.tags', 'args.list', 'args.deep'],
  ...['args.deep.n', 'principal', 'principal.roles', 'principal.level', 'principal.team', 'agent'],
  ...['agent.id', 'session', 'session.ok', 'operation', 'operation.urgent', 'data.label', 'data'],
  ...['context.time', 'usage.burst', 'usage'],
] as const

/** Takes an attribute away, or leaves something there that is of no use. */
export const damage: fc.Arbitrary<(asked: PolicyRequest) => PolicyRequest> = fc
  .tuple(
    fc.constantFrom(...PATHS),
    fc.constantFrom<JsonValue | undefined>(undefined, undefined, null, {}),
  )
  .map(([path, instead]) => {
    const names = path.split('.')
    const change = (asked: PolicyRequest) => {
      const attributes = replaced(asked.attributes, names, instead)
      return { ...asked, attributes }
    }
    return Object.assign(change, { toString: () => `${path} becomes ${JSON.stringify(instead)}` })
  })

/** Only what is there can be damaged. */
function replaced(
  record: JsonObject,
  [name = '', ...rest]: readonly string[],
  instead: JsonValue | undefined,
): JsonObject {
  const { [name]: member = null, ...others } = record
  if (member === null) return record
  if (rest.length === 0) return instead === undefined ? others : { ...others, [name]: instead }
  return isJsonObject(member) ? { ...others, [name]: replaced(member, rest, instead) } : record
}

/**
 * Without the denies and requirements that read `has` in their guard: there a missing attribute is
 * allowed to say that the rule is not about the request.
 */
export function withoutHas(policy: Draft): Draft {
  const rules = policy.rules.filter(
    (rule) => !(/^(?:deny|require):/u.test(rule) && / has /u.test(rule)),
  )
  return { ...policy, rules: binding(rules) }
}

/** The rules that `keep` keeps; what binds the allows of a policy goes with the last of them. */
export function keeping(policy: Draft, keep: (rule: string) => boolean): Draft {
  return { ...policy, rules: binding(policy.rules.filter(keep)) }
}

function binding(rules: readonly string[]): readonly string[] {
  if (rules.some((rule) => rule.startsWith('allow:'))) return rules
  return rules.filter((rule) => !isBare(rule))
}

/** A requirement that names no target of its own. */
export function isBare(rule: string): boolean {
  return rule.startsWith('require:') && !/[\]})\w"] for [[*"\w]/u.test(rule)
}
