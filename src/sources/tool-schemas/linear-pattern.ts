import { RE2JS } from 're2js'
import { unusable } from '../../kernel/schema/prepare-schema.ts'
import type { StepBudget } from './step-budget.ts'

/** What the compiler of schemas wants of an engine for patterns. */
export interface PatternEngine {
  (pattern: string, flags: string): { test(text: string): boolean }
  code: string
}

/**
 * Patterns in time linear in the text, so that none of them is catastrophic. What has no such form
 * (looking around, back references) cannot be used, or matches everything where `lenient`.
 */
export function linearPatterns(budget: StepBudget, { lenient }: { lenient: boolean }) {
  const engine = (pattern: string) => {
    const compiled = compilePattern(pattern, lenient)
    return {
      // What the compiler tells patterns apart by.
      toString: () => pattern,
      test(text: string): boolean {
        budget.characters(text.length)
        return compiled === undefined || compiled.test(text)
      },
    }
  }
  return Object.assign(engine, { code: 'linearPattern' }) satisfies PatternEngine
}

function compilePattern(pattern: string, lenient: boolean): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern))
  } catch (cause) {
    if (lenient) return undefined
    throw unusable('a pattern of it has no form that is matched in linear time', cause)
  }
}
