import type { JsonObject } from '../json/value.ts'
import type { Redact } from './obligation.ts'
import { isRedactionPattern, REDACTION_PATTERNS } from './patterns.ts'
import {
  haveRoot,
  marker,
  type Redacted,
  type Sweep,
  sweepArgs,
  sweepResult,
  untouched,
} from './sweep.ts'

/**
 * Takes the named fields and patterns out of the arguments of an action. Strings that hold JSON are
 * opened, so that a value is found however it was packed.
 */
export function redactArgs(args: JsonObject, redact: Redact): Redacted {
  return isAbout(redact, 'args') ? sweepArgs(args, sweepOf(redact)) : untouched(args)
}

/** Takes the named fields and patterns out of an MCP tool result, and withholds binary content. */
export function redactResult(result: JsonObject, redact: Redact): Redacted {
  return isAbout(redact, 'result') ? sweepResult(result, sweepOf(redact)) : untouched(result)
}

/** Patterns are looked for on both sides, fields on their own. */
function isAbout({ fields, patterns }: Redact, side: 'args' | 'result'): boolean {
  return patterns.length > 0 || haveRoot(fields, side)
}

function sweepOf({ fields, patterns }: Redact): Sweep {
  return {
    fields,
    field: () => ({ value: marker('field'), why: 'field' }),
    text: (text) => replacePatterns(text, patterns),
  }
}

function replacePatterns(text: string, patterns: readonly string[]) {
  const why: string[] = []
  let swept = text
  for (const name of patterns) {
    if (!isRedactionPattern(name)) continue
    const { expression, holds } = REDACTION_PATTERNS[name]
    const replaced = swept.replace(expression, (match) => (holds(match) ? marker(name) : match))
    if (replaced !== swept) why.push(name)
    swept = replaced
  }
  return { text: swept, why }
}
