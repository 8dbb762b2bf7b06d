import { DEFAULT_TENANT } from '../../../src/kernel/identity/tenant.ts'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import type { Workload } from '../engine.ts'
import { casbin } from '../peers/casbin.ts'
import { casl } from '../peers/casl.ts'
import { cedar, slicedCedar } from '../peers/cedar.ts'
import { cel } from '../peers/cel.ts'
import { type Asked, at, portcullis } from '../portcullis.ts'
import { CALLER, limitsText, type ToolCase, type ToolPolicy, toolCases } from './cases.ts'
import {
  casbinRow,
  caslRules,
  cedarCall,
  cedarText,
  celRules,
  headKey,
  MODEL,
  operationOf,
  sliceKeys,
} from './peer-forms.ts'

/** Calls of tools under policies about role, tool, record or collection, and three attributes. */
export function toolsWorkload(count: number): Workload {
  const { policies, calls } = toolCases(count)
  const operations = calls.map(operationOf)
  return {
    name: `tools/${count}`,
    requests: calls.length,
    engines: [
      ...portcullis(() => ({ files: filesOf(policies), asked: calls.map(askedOf) })),
      cedar(() => ({
        text: policies.map(cedarText).join('\n'),
        calls: calls.map(cedarCall),
      })),
      slicedCedar(() => ({
        slices: grouped(policies, cedarText),
        keys: (index) => sliceKeys(at(calls, index)),
        calls: calls.map(cedarCall),
      })),
      casbin(() => ({
        model: MODEL,
        policies: policies.map(casbinRow),
        groups: CALLER.roles.map((role) => [CALLER.id, role]),
        requests: calls.map(({ args }, index) => [CALLER, operations[index], args]),
      })),
      casl(() => ({
        rules: new Map([[CALLER.id, caslRules(policies)]]),
        requests: calls.map(({ args }, index) => ({
          caller: CALLER.id,
          action: operations[index] ?? '',
          subject: { type: args.collection, ...args },
        })),
      })),
      cel(() => ({
        rules: celRules(policies),
        requests: calls.map((call) => ({
          keys: sliceKeys(call),
          context: { principal: CALLER, args: call.args },
        })),
      })),
    ],
  }
}

/** One policy in a file of its own: the unit that is written, reviewed and rolled back. */
export function filesOf(policies: readonly ToolPolicy[]): readonly PolicyText[] {
  return policies.map((policy) => ({ file: `${policy.name}.policy`, text: policyText(policy) }))
}

export function policyText(policy: ToolPolicy): string {
  const { name, effect, role, collection, record } = policy
  const about =
    record === undefined ? `args.collection == "${collection}"` : `args.record == "${record}"`
  const limits = limitsText(policy, (attribute) => `args.${attribute}`)
  const guard = `principal.roles.contains("${role}") && ${about} && ${limits}`
  return `policy ${name} {\n  ${effect}: ${operationOf(policy)} if ${guard}\n}\n`
}

function askedOf({ server, tool, args }: ToolCase): Asked {
  const principal = { kind: 'agent', ...CALLER } as const
  return {
    action: { kind: 'tool.call', server, tool, args: { ...args } },
    identity: { tenant: DEFAULT_TENANT, principal, chain: [] },
  }
}

function grouped(
  policies: readonly ToolPolicy[],
  text: (policy: ToolPolicy) => string,
): ReadonlyMap<string, string> {
  const groups = Map.groupBy(policies, headKey)
  return new Map([...groups].map(([key, members]) => [key, members.map(text).join('\n')]))
}
