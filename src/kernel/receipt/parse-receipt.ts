import { PortcullisError } from '../errors.ts'
import { isJsonObject } from '../json/value.ts'
import { canonical } from './canonical.ts'
import { RECEIPT_VERSION, type Receipt } from './receipt.ts'
import { receiptText } from './receipt-text.ts'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const amount: Check = (value) => typeof value === 'number'
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item)

/** Members that are not named are let be: a later writer may have more to say. */
function members(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  const must = Object.entries(required)
  const may = Object.entries(optional)
  return (value) =>
    isJsonObject(value) &&
    must.every(([name, check]) => check(value[name])) &&
    may.every(([name, check]) => value[name] === undefined || check(value[name]))
}

const rule = members({ policy: text, rule: text, file: text, line: count, column: count, text })
const settled = { effect: text, reason: text, rules: list(rule) }
const digest = members({ digest: text, bytes: count })

const hasMembers = members(
  {
    v: oneOf(RECEIPT_VERSION),
    log: text,
    seq: count,
    id: text,
    ts: amount,
    run: text,
    kind: oneOf('decision', 'refusal', 'effect', 'lifecycle'),
    actor: list(members({ kind: text, id: text, via: text })),
    channel: members({ door: text, peer: text }),
  },
  {
    prev: text,
    action: members({ operation: text, resource: members({ type: text, id: text }) }),
    decision: members(
      { ...settled, version: text, obligations: list(text), errors: list(text) },
      { audits: list(text), observed: members(settled) },
    ),
    code: text,
    in: digest,
    out: digest,
    redactions: list(members({ path: text, why: text })),
    effect: members(
      { state: oneOf('held', 'dispatched', 'confirmed', 'failed', 'unknown') },
      { of: text },
    ),
    cost: members({ ms: amount }),
    lifecycle: members({ event: text, detail: text }),
    spend: list(members({ budget: text, amount })),
    detail: members({}, { considered: list(text), paths: list(text) }),
    approval: members({
      request: text,
      binding: text,
      names: list(text),
      by: list(text),
      expires: amount,
    }),
  } satisfies Partial<Record<keyof Receipt, Check>>,
)

/** Does a value have the members of a receipt, each of its type? */
export function isReceipt(value: unknown): value is Receipt {
  return hasMembers(value)
}

/**
 * Reads the text of a leaf. Throws `RECEIPT_INVALID` unless it is the canonical text of a receipt:
 * any other spelling could read differently elsewhere.
 */
export function parseReceipt(leaf: string): Receipt {
  const value = parseJson(leaf)
  if (!isReceipt(value)) {
    throw new PortcullisError('RECEIPT_INVALID', 'the leaf does not have the members of a receipt')
  }
  // The fast form first: it falls short only of a receipt with members of a later version.
  if (receiptText(value) !== leaf && canonical(value) !== leaf) {
    throw new PortcullisError('RECEIPT_INVALID', 'the leaf is not in canonical form')
  }
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PortcullisError('RECEIPT_INVALID', 'the leaf is not JSON', { cause })
  }
}
