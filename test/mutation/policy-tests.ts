import fc from 'fast-check'
import { crowdedPolicies } from '../policy-matrix/arbitrary/crowds.ts'
import { anyPolicies, filesOf, plainPolicies } from '../policy-matrix/arbitrary/policies.ts'
import { crowdedRequest, request } from '../policy-matrix/arbitrary/requests.ts'
import { boundTests, openBoundTest } from '../policy-matrix/bounds.ts'
import { differential } from '../policy-matrix/differential.ts'
import { errorOrderTest } from '../policy-matrix/error-order.ts'
import { groupTests } from '../policy-matrix/groups.ts'
import { indexChangeTests } from '../policy-matrix/index-changes.ts'
import { lookedAtTests } from '../policy-matrix/looked-at.ts'
import { reusedMemoryTests } from '../policy-matrix/reused-memory.ts'
import { setTests } from '../policy-matrix/sets.ts'
import { simpleGuardTests } from '../policy-matrix/simple-guards.ts'
import { vectorTests } from '../policy-matrix/vectors.ts'
import type { MutantTest } from './in-process-runner.ts'

/**
 * What each mutant has to get past: every vector, decisions compared with the interpreter, and what
 * the engine looks at for them. The same cases for all mutants, made before any is at work.
 */

const SEED = 3
const SETS_OF_A_TEST = 8
const REQUESTS_OF_A_SET = 8
const TESTS = 24

const requests = fc.sample(fc.oneof(crowdedRequest, request), { seed: SEED, numRuns: TESTS * 50 })
const policies = fc.sample(fc.oneof(anyPolicies, crowdedPolicies, crowdedPolicies, plainPolicies), {
  seed: SEED,
  numRuns: TESTS * SETS_OF_A_TEST,
})

function comparison(index: number): MutantTest {
  const own = policies.slice(index * SETS_OF_A_TEST, (index + 1) * SETS_OF_A_TEST).map(filesOf)
  return {
    name: `the engine agrees with the interpreter, ${index}`,
    run: () => {
      for (const [at, files] of own.entries()) {
        const decide = differential(files)
        for (let step = 0; step < REQUESTS_OF_A_SET; step++) {
          const one = requests[(index * 41 + at * 7 + step) % requests.length]
          if (one !== undefined) decide(one)
        }
      }
    },
  }
}

export const POLICY_TESTS: readonly MutantTest[] = [
  ...vectorTests(),
  ...boundTests(),
  openBoundTest(),
  ...simpleGuardTests(),
  ...lookedAtTests(),
  ...groupTests(),
  ...indexChangeTests(),
  ...reusedMemoryTests(),
  errorOrderTest(),
  ...setTests(),
  ...Array.from({ length: TESTS }, (_, index) => comparison(index)),
]
