import assert from 'node:assert/strict'
import type { Context } from '@cedar-policy/cedar-wasm/nodejs'
import {
  type AuthorizationAnswer,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'
import { isJsonObject } from '../../../src/kernel/json/value.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import type { CedarPolicies } from './translate.ts'

export interface CedarDecision {
  readonly allows: boolean
  /** Places of the policies that settled it. */
  readonly determining: ReadonlySet<string>
  /** Places of the policies that Cedar skipped because they failed. */
  readonly errors: ReadonlySet<string>
}

const PREPARSED = 'policies at hand'

/** Cedar's official engine over one policy set, parsed once. One set is at hand at a time. */
export function cedarOracle(policies: CedarPolicies): (request: PolicyRequest) => CedarDecision {
  const parsed = preparsePolicySet(PREPARSED, { staticPolicies: policies })
  if (parsed.type === 'failure')
    assert.fail(`Cedar cannot read our translation: ${JSON.stringify(parsed.errors)}`)
  return (request) => decisionOf(statefulIsAuthorized(callOf(request)))
}

function callOf({ operation, resource, attributes }: PolicyRequest) {
  const { principal, ...others } = attributes
  const uid = { type: 'Principal', id: 'one' }
  const context = { ...others, asked: { operation, resource: resource.id } }
  return {
    principal: uid,
    action: { type: 'Action', id: 'act' },
    resource: { type: 'Resource', id: resource.id },
    context: plainRecord(context) as Context,
    preparsedPolicySetId: PREPARSED,
    entities: [
      { uid, attrs: isJsonObject(principal) ? plainRecord(principal) : {}, parents: [] },
    ] as never,
  }
}

function decisionOf(answer: AuthorizationAnswer): CedarDecision {
  if (answer.type === 'failure')
    return assert.fail(`Cedar refuses the request: ${JSON.stringify(answer.errors)}`)
  const { decision, diagnostics } = answer.response
  return {
    allows: decision === 'allow',
    determining: new Set(diagnostics.reason),
    errors: new Set(diagnostics.errors.map(({ policyId }) => policyId)),
  }
}

/** Cedar knows no null: a member that is null is left out, as ours are missing. */
function plainRecord(record: JsonObject): JsonObject {
  const members = Object.entries(record).filter(([, value]) => value !== null)
  return Object.fromEntries(members.map(([name, value]) => [name, plainValue(value)]))
}

function plainValue(value: JsonValue | undefined): JsonValue {
  return isJsonObject(value) ? plainRecord(value) : (value ?? null)
}
