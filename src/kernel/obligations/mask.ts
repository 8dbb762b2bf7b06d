import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Mask } from './obligation.ts'
import {
  haveRoot,
  marker,
  type Redacted,
  type Sweep,
  sweepArgs,
  sweepResult,
  untouched,
} from './sweep.ts'

/** Masks the named fields of the arguments. */
export function maskArgs(args: JsonObject, mask: Mask): Redacted {
  return haveRoot(mask.fields, 'args') ? sweepArgs(args, sweepOf(mask)) : untouched(args)
}

/** Masks the named fields of an MCP tool result. Binary content, which may hold them, goes. */
export function maskResult(result: JsonObject, mask: Mask): Redacted {
  return haveRoot(mask.fields, 'result') ? sweepResult(result, sweepOf(mask)) : untouched(result)
}

function sweepOf({ fields, keep }: Mask): Sweep {
  return {
    fields,
    field: (value) => ({ value: masked(value, keep), why: 'mask' }),
    text: (text) => ({ text, why: [] }),
  }
}

/**
 * A string or number with `*` for all but its last characters; each of a list of them. A value that
 * is not longer than what is kept would be told whole, and shows nothing. So does any other value:
 * an object could carry what is to be masked in the names of its members.
 */
function masked(value: JsonValue, keep: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => masked(item, keep))
  if (typeof value !== 'string' && typeof value !== 'number') return marker('mask')
  const characters = [...String(value)]
  const shown = characters.length > keep ? Math.max(0, Math.trunc(keep)) : 0
  const hidden = characters.length - shown
  return '*'.repeat(hidden) + characters.slice(hidden).join('')
}
