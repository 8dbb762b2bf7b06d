import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { isJsonObject } from '../json/value.ts'
import { decodeBase64 } from '../tlog/base64.ts'
import { isVerifierKey, isVerifierKeyCheck } from '../tlog/note.ts'
import { HASH_BYTES } from '../tlog/tree-hash.ts'
import type { KeyRecord } from './key-record.ts'
import { isWhole } from './key-states.ts'
import { isRootKeyCheck, type RootKey } from './root-key.ts'
import {
  MAX_ROOT_KEYS,
  MAX_TRUST_LENGTH,
  TRUST_TYPE,
  type TrustDocument,
  type TrustedLog,
  trustText,
} from './trust-document.ts'

/**
 * Reads what `trustText` wrote, and nothing else: a member that a verifier does not know may be one
 * that limits what it would otherwise accept.
 * @throws PortcullisError `TRUST_INVALID`.
 */
export function* trustTextCheck(text: string): Check<TrustDocument> {
  if (text.length > MAX_TRUST_LENGTH) throw trustInvalid('it is too long')
  const value = parseJson(text)
  if (!isTrustDocument(value)) throw trustInvalid('members are missing, unknown or contradictory')
  if (trustText(value) !== text) throw trustInvalid('it is not in canonical form')
  for (const each of value.roots.keys) {
    if (!(yield* isRootKeyCheck(each))) throw trustInvalid('a root key is not what it says')
  }
  for (const { vkey, alg } of value.keys) {
    if (!(yield* isVerifierKeyCheck(vkey, alg))) throw trustInvalid('a key is not what it says')
  }
  return value
}

/** `trustTextCheck`, at once. */
export const parseTrustText = atOnce(trustTextCheck)

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw trustInvalid('it is not JSON', { cause })
  }
}

export function trustInvalid(why: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('TRUST_INVALID', `not a trust document: ${why}`, options)
}

type Test = (value: unknown) => boolean

const anyText: Test = (value) => typeof value === 'string'
const count: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value)
const list =
  (item: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(item)
const time: Test = (value) => typeof value === 'string' && isTime(value)
const digest: Test = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const hash: Test = (value) =>
  typeof value === 'string' && decodeBase64(value)?.length === HASH_BYTES

/** All members are known here. */
function members(required: Record<string, Test>, optional: Record<string, Test> = {}): Test {
  const known = new Map(Object.entries({ ...required, ...optional }))
  const must = Object.keys(required)
  return (value) =>
    isJsonObject(value) &&
    must.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => known.get(name)?.(member) ?? false)
}

const head = members({ size: count, root: hash })
const root = members({ alg: oneOf('Ed25519', 'ML-DSA-65'), id: digest, spki: anyText })
const key = members(
  {
    vkey: anyText,
    alg: oneOf('Ed25519', 'ML-DSA-44'),
    purpose: oneOf('checkpoint', 'post-quantum'),
    state: oneOf('active', 'retiring', 'retired', 'compromised'),
    notBefore: time,
    firstSize: count,
  } satisfies Partial<Record<keyof KeyRecord, Test>>,
  { final: head, bound: head },
)
const shape = members(
  {
    type: oneOf(TRUST_TYPE),
    v: oneOf(1),
    version: count,
    issued: time,
    expires: time,
    roots: members({ threshold: count, keys: list(root) }),
    logs: list(members({ origin: anyText, tenants: anyText }, { final: head })),
    keys: list(key),
  } satisfies Partial<Record<keyof TrustDocument, Test>>,
  { previous: digest, witnesses: anyText },
)

/** Does a value have the members of a trust document, and do they agree with each other? */
function isTrustDocument(value: unknown): value is TrustDocument {
  return hasShape(value) && isConsistent(value)
}

/** Are these the records of the keys of these logs? What a node keeps of its own keys is such. */
export function areKeyRecords(
  value: unknown,
  logs: readonly TrustedLog[],
): value is readonly KeyRecord[] {
  if (!areRecords(value) || !areKeys(value, logs)) return false
  return value.every(({ vkey, alg }) => isVerifierKey(vkey, alg))
}

function areRecords(value: unknown): value is readonly KeyRecord[] {
  return list(key)(value)
}

function hasShape(value: unknown): value is TrustDocument {
  return shape(value)
}

function isConsistent({ version, previous, issued, expires, ...rest }: TrustDocument): boolean {
  const { roots, logs, keys } = rest
  if (version < 1 || (version === 1) !== (previous === undefined) || issued >= expires) return false
  return areRoots(roots.keys, roots.threshold) && areLogs(logs) && areKeys(keys, logs)
}

function areRoots(keys: readonly RootKey[], threshold: number): boolean {
  if (threshold < 1 || threshold > keys.length || keys.length > MAX_ROOT_KEYS) return false
  return areDistinct(keys.map(({ id }) => id))
}

function areLogs(logs: readonly TrustedLog[]): boolean {
  if (logs.length === 0 || !areDistinct(logs.map(({ origin }) => origin))) return false
  return logs.every(({ origin, tenants }) => tenants === `${origin}/l/`)
}

function areKeys(keys: readonly KeyRecord[], logs: readonly TrustedLog[]): boolean {
  if (!areDistinct(keys.map(({ vkey }) => vkey))) return false
  const sound = keys.every((each) => {
    return (each.purpose === 'post-quantum') === (each.alg === 'ML-DSA-44') && isWhole(each)
  })
  const named = new Set(logs.map(({ origin }) => origin))
  return (
    sound && keys.every((each) => named.has(logOf(each))) && logs.every((log) => hasKeys(log, keys))
  )
}

/** A log that is open has one active key, one that is closed has none; one key may be retiring. */
function hasKeys(log: TrustedLog, keys: readonly KeyRecord[]): boolean {
  const own = keys.filter((each) => each.purpose === 'checkpoint' && logOf(each) === log.origin)
  const those = (state: string) => own.filter((each) => each.state === state).length
  if (log.final !== undefined) return those('active') + those('retiring') === 0
  return those('active') === 1 && those('retiring') <= 1
}

/** The log that a key signs: the name of the key. */
function logOf({ vkey }: KeyRecord): string {
  return vkey.slice(0, Math.max(vkey.indexOf('+'), 0))
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

/** ISO 8601 in UTC with milliseconds, the one spelling that sorts as the times do. */
function isTime(value: string): boolean {
  const at = Date.parse(value)
  return !Number.isNaN(at) && new Date(at).toISOString() === value
}
