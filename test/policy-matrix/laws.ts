import test from 'node:test'
import fc from 'fast-check'
import type { Decision } from '../../src/kernel/policy/decision.ts'
import { permits } from '../../src/kernel/policy/decision.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import type { Drafts } from './arbitrary/policies.ts'
import { filesOf } from './arbitrary/policies.ts'
import { loaded } from './differential.ts'

const RUNS = { numRuns: 250 }

/** A law as a test: fast-check looks for the case that breaks it. */
export function law<Ts extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  predicate: (...args: Ts) => void,
): void {
  test(name, () => fc.assert(fc.property(...arbitraries, predicate), RUNS))
}

export function setOf(policies: Drafts): PolicySet {
  return loaded(filesOf(policies))
}

export function decided(policies: Drafts, asked: PolicyRequest): Decision {
  return setOf(policies).decide(asked)
}

export function permitted(policies: Drafts, asked: PolicyRequest): boolean {
  return permits(decided(policies, asked))
}

/** How near to an allow an effect is. */
export const NEARNESS = {
  deny: 0,
  require_approval: 1,
  allow_with_conditions: 2,
  allow: 3,
} as const satisfies Record<Decision['effect'], number>

/** What a decision says, without the places, which another order of rules moves. */
export function outline(decision: Decision) {
  const { effect, reason, determining, nearMisses, obligations, approvals, audits } = decision
  return {
    ...{ effect, reason, observed: decision.observed?.effect },
    determining: determining.map(({ policy, text }) => `${policy}: ${text}`).sort(),
    nearMisses: nearMisses.map(({ policy, text }) => `${policy}: ${text}`).sort(),
    obligations: obligations.map(({ obligation }) => JSON.stringify(obligation)).sort(),
    approvals: approvals.map(({ approval }) => approval.name).sort(),
    audits: audits.map(({ name, value }) => `${name} ${value}`).sort(),
  }
}
