import type { CheckedPolicy, CheckedRule } from '../check/checked.ts'
import { positionOf, textOf } from '../language/source.ts'

/** Where a rule of ours stands. */
export interface RulePlace {
  readonly rule: CheckedRule['kind']
  readonly policy: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The rule as written, on one line. */
  readonly text: string
}

/** A rule that the export does without, and why. */
export interface LeftOut extends RulePlace {
  readonly why: string
}

export function placeOf({ name, source }: CheckedPolicy, rule: CheckedRule): RulePlace {
  const { line, column } = positionOf(source, rule.start)
  const text = textOf(source, rule).replaceAll(/\s+/gu, ' ')
  return { rule: rule.kind, policy: name, file: source.file, line, column, text }
}
