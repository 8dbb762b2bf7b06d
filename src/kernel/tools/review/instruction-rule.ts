import type { Severity } from './review.ts'
import type { SignalName } from './signals.ts'

/** A rule about language: signals that make an order to the model when they stand together. */
export interface InstructionRule {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  /** Each entry is one signal, or several of which one is enough. */
  readonly all: readonly (SignalName | readonly SignalName[])[]
  readonly none?: readonly SignalName[]
  /** Sentences in a row in which the signals have to stand. */
  readonly within: 1 | 2 | 3
}
