import fc from 'fast-check'
import type { Decision } from '../../../src/kernel/policy/decision.ts'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import { crowdedPolicies } from '../../policy-matrix/arbitrary/crowds.ts'
import { anyPolicies, filesOf } from '../../policy-matrix/arbitrary/policies.ts'
import { crowdedRequest, request } from '../../policy-matrix/arbitrary/requests.ts'
import { commonPolicies, commonRequest } from '../../policy-matrix/cedar/arbitrary.ts'
import { cedarComparison } from '../../policy-matrix/cedar/compare.ts'
import { differential } from '../../policy-matrix/differential.ts'
import type { BatchReport } from './batch.ts'
import type { Counts } from './tally.ts'
import { count } from './tally.ts'

/** Policy sets of a batch, and requests that each of them is asked at most. */
const SETS = 100
const REQUESTS = 25

interface Family {
  readonly files: fc.Arbitrary<readonly PolicyText[]>
  readonly request: fc.Arbitrary<PolicyRequest>
  /** Compares with another engine, and says how. */
  readonly compare: (files: readonly PolicyText[]) => (r: PolicyRequest, d: Decision) => string
}

const OURS: Family = {
  files: anyPolicies.map(filesOf),
  request,
  compare: () => () => 'outside the fragment, or not put to it',
}
const CROWDED: Family = { ...OURS, files: crowdedPolicies.map(filesOf), request: crowdedRequest }
const COMMON: Family = { files: commonPolicies, request: commonRequest, compare: cedarComparison }

/** By turns; the fragment that Cedar shares is put to Cedar too. */
const FAMILIES = [COMMON, OURS, CROWDED, OURS, CROWDED] as const

/** Engine = interpreter, and = Cedar where it has words for the policies. */
export function decideBatch(seed: number): BatchReport {
  const { files, request: asked, compare } = FAMILIES[seed % FAMILIES.length] ?? OURS
  const counts: Counts = {}
  let cases = 0
  const requests = fc.array(asked, { minLength: 1, maxLength: REQUESTS, size: 'max' })
  const law = fc.property(files, requests, (texts, all) => {
    const decide = differential(texts, (construct, outcome) =>
      count(counts, 'constructs', `${construct} ${outcome}`),
    )
    const beside = compare(texts)
    for (const one of all) {
      const decision = decide(one)
      cases++
      count(counts, 'decisions', `${decision.effect} ${decision.reason}`)
      if (decision.observed !== undefined)
        count(counts, 'observed', `${decision.effect}, but ${decision.observed.effect}`)
      count(counts, 'Cedar', beside(one, decision))
    }
  })
  const run = fc.check(law, { seed, numRuns: SETS })
  if (run.counterexample === null) return { cases, counts }
  const [texts, all] = run.counterexample
  return { cases, counts, failure: describe(texts, all, run.errorInstance) }
}

/** As a vector of `docs/spec/policy-vectors/`, to which only the right decision is to be added. */
function describe(
  files: readonly PolicyText[],
  requests: readonly PolicyRequest[],
  error: unknown,
): string {
  const vector = {
    about: 'a case that the fuzzer found',
    policies: Object.fromEntries(files.map(({ file, text }) => [file, text.split('\n')])),
    cases: requests.map((one, index) => ({ name: `request ${index + 1}`, request: one })),
  }
  const texts = files.map(({ file, text }) => `# ${file}\n${text}`)
  const why = error instanceof Error ? error.message : String(error)
  return [...texts, JSON.stringify(vector, null, 2), why].join('\n\n')
}
