import { PortcullisError } from '../../kernel/errors.ts'
import type { ActorLink } from '../../kernel/identity/principal.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import type { KeyNews } from '../../kernel/trust/key-events.ts'
import type { KeyRecord } from '../../kernel/trust/key-record.ts'
import { areKeyRecords } from '../../kernel/trust/parse-document.ts'

/**
 * What a node knows of the keys that sign its checkpoints: the n-th record is of `ledger/<n>.pem`.
 * `unrecorded` happened and has no receipt yet; it is written in the same step as what happened.
 */
export interface KeyStates {
  readonly keys: readonly KeyRecord[]
  readonly unrecorded: readonly KeyNews[]
}

export function formatStates({ keys, unrecorded }: KeyStates): string {
  return `${canonical({ keys, unrecorded, v: 1 })}\n`
}

/** Reads what `formatStates` wrote, and nothing else. @throws PortcullisError `KEYS_INVALID`. */
export function parseStates(content: string, origin: string): KeyStates {
  const value = parse(content)
  const { keys, unrecorded } = value
  const logs = [{ origin, tenants: `${origin}/l/` }]
  if (areKeyRecords(keys, logs) && areNews(unrecorded)) {
    const states = { keys, unrecorded }
    if (formatStates(states) === content) return states
  }
  throw new PortcullisError('KEYS_INVALID', '`ledger/states.json` is not what was written')
}

function parse(content: string) {
  try {
    const value: unknown = JSON.parse(content)
    if (isJsonObject(value)) return value
  } catch (cause) {
    throw new PortcullisError('KEYS_INVALID', '`ledger/states.json` is no JSON', { cause })
  }
  throw new PortcullisError('KEYS_INVALID', '`ledger/states.json` is no object')
}

function areNews(value: unknown): value is readonly KeyNews[] {
  if (!Array.isArray(value)) return false
  return value.every(
    (each) =>
      isJsonObject(each) &&
      typeof each.event === 'string' &&
      typeof each.detail === 'string' &&
      (each.asker === undefined || isLink(each.asker)),
  )
}

function isLink(value: unknown): value is ActorLink {
  if (!isJsonObject(value)) return false
  return [value.kind, value.id, value.via].every((part) => typeof part === 'string')
}
