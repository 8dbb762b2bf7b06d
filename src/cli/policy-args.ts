import { PortcullisError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import { isJsonObject } from '../kernel/json/value.ts'

/** What `--args` holds: the arguments of a call. */
export function parseArgs(text: string): JsonObject {
  const value = parseJson(text)
  if (isJsonObject(value)) return value
  throw new PortcullisError('REQUEST_INVALID', '`--args` is a JSON object')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PortcullisError('REQUEST_INVALID', '`--args` is no JSON', { cause })
  }
}
