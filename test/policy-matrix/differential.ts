import assert from 'node:assert/strict'
import type { Decision, Observation } from '../../src/kernel/policy/decision.ts'
import { permits } from '../../src/kernel/policy/decision.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import type { ReferenceDecision } from './reference/decide.ts'
import { noteOf, reference } from './reference/decide.ts'
import { contentOf } from './reference/demands.ts'
import type { World } from './reference/expression.ts'
import { REGISTRY } from './registry.ts'

/** Asks the engine and the interpreter the same. Throws where they differ in anything they say. */
export function differential(
  files: readonly PolicyText[],
  seen?: World['seen'],
): (request: PolicyRequest) => Decision {
  const set = loaded(files)
  const interpreter = reference(files, seen)
  assert.equal(set.ruleCount, interpreter.ruleCount)
  return (request) => {
    const decision = set.decide(request)
    const { observed, ...expected } = interpreter.decide(request)
    assert.deepEqual(outline(decision), expected)
    assert.deepEqual(settled(decision.observed), settled(observed))
    // An approval opens what waits for one, so a tool that waits is shown.
    const waits = permits(decision) || decision.effect === 'require_approval'
    if (waits) assert.ok(set.mayAllow(request), 'hidden, but permitted')
    return decision
  }
}

export function loaded(files: readonly PolicyText[]): PolicySet {
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  return set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n'))
}

function outline(decision: Decision): ReferenceDecision {
  const { effect, reason, determining, obligations, approvals, audits, nearMisses } = decision
  return {
    ...{ effect, reason },
    determining: placesOf(determining),
    obligations: obligations.map(({ obligation }) => contentOf(obligation)).sort(),
    approvals: approvals.map(({ approval }) => approval.name).sort(),
    audits: audits
      .map(({ name, value, source }) => noteOf({ name, value, place: placeOf(source) }))
      .sort(),
    nearMisses: placesOf(nearMisses),
  }
}

/** Of what would have been, decisions tell these three alone. */
function settled(observed: Observation | ReferenceDecision | undefined) {
  if (observed === undefined) return undefined
  const { effect, reason, determining } = observed
  const places = determining.map((it) => (typeof it === 'string' ? it : placeOf(it)))
  return { effect, reason, determining: places.sort() }
}

function placesOf(refs: Observation['determining']): readonly string[] {
  return refs.map(placeOf).sort()
}

function placeOf({ file, line, column }: Observation['determining'][number]): string {
  return `${file}:${line}:${column}`
}
