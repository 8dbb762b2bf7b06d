import type { Obligation } from '../../obligations/obligation.ts'

export type ObligationArgument = string | number | boolean

/** How an obligation is said in a policy, and what is made of it. */
export interface ObligationForm {
  /** `redact("email")`, or `witnessed` without arguments. */
  readonly call?: (args: readonly ObligationArgument[]) => Obligation | ObligationProblem
  /** `audit_trail = "detailed"`. */
  readonly setting?: (value: ObligationArgument) => Obligation | ObligationProblem
  /** An example, shown where it is said otherwise. */
  readonly usage: string
}

export type NamedForm = readonly [name: string, form: ObligationForm]

export interface ObligationProblem {
  readonly kind: 'problem'
  /** Index of the argument at fault; absent when it is not one of them. */
  readonly argument?: number
  readonly message: string
  readonly hint?: string
}

export function problem(message: string, argument?: number): ObligationProblem {
  return argument === undefined
    ? { kind: 'problem', message }
    : { kind: 'problem', message, argument }
}

export interface RedactionVocabulary {
  /** Names of the patterns that `redact` can find in text. */
  readonly patterns: Iterable<string>
  /** Names of groups of patterns: `pii`. */
  readonly classes?: ReadonlyMap<string, readonly string[]>
  /** Throws, saying why, when a text that begins `args.` or `result.` is no path. */
  readonly checkField: (path: string) => unknown
}
