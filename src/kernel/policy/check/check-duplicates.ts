import type { Diagnostics } from '../language/diagnostics.ts'
import { positionOf, textOf } from '../language/source.ts'
import type { PolicyNode } from '../language/syntax.ts'

/** The same rule twice in one policy is a mistake: one of the two was meant to be another. */
export function checkDuplicates({ rules }: PolicyNode, diagnostics: Diagnostics): void {
  if (rules.length < 2) return
  const { source } = diagnostics
  const first = new Map<string, number>()
  for (const rule of rules) {
    const text = textOf(source, rule).replaceAll(/\s+/gu, ' ')
    const line = first.get(text)
    if (line === undefined) first.set(text, positionOf(source, rule.start).line)
    else diagnostics.error({ at: rule, message: 'the same rule twice', hint: `see line ${line}` })
  }
}
