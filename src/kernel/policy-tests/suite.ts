import type { Effect, Reason } from '../policy/decision.ts'
import type { Position } from '../policy/language/source.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'

/** One `*.test.yaml`, or another file of tests. */
export interface TestSuite {
  readonly file: string
  readonly tests: readonly PolicyTest[]
}

/** One matrix: a request for each of its cells, and what is expected of each. */
export interface PolicyTest {
  readonly name: string
  readonly cells: readonly TestCell[]
}

export interface TestCell {
  /** The fixtures that make up the request, for people: `sales`, `memory.read`, `customers`. */
  readonly title: readonly string[]
  readonly request: PolicyRequest
  readonly expected: Expected
}

/** What is not said is not compared. */
export interface Expected {
  /** Any of these. */
  readonly effects: readonly Effect[]
  readonly reason?: Reason
  /** All obligations, each as `obligationText` has it, in any order. */
  readonly obligations?: readonly string[]
  /** Names of all missing approvals, in any order. */
  readonly approvals?: readonly string[]
  /** Rules that are among those that decided: `starter.policy:17`, or the name of a policy. */
  readonly rules?: readonly string[]
  /** A part of the message of some error; false when there must be none. */
  readonly error?: string | boolean
  /** Where the expectation stands. */
  readonly at: Position & { readonly file: string }
}
