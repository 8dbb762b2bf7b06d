/** A trust document as a file: its text, and the signatures of roots over just these bytes. */
import { atOnce } from '../checks/answer-now.ts'
import { type Check, sha256Hex } from '../checks/check.ts'
import { isJsonObject } from '../json/value.ts'
import { canonical } from '../receipt/canonical.ts'
import { decodeBase64, encodeBase64 } from '../tlog/base64.ts'
import { parseJson, trustInvalid, trustTextCheck } from './parse-document.ts'
import { type RootKey, rootSignedCheck } from './root-key.ts'
import { MAX_ROOT_KEYS, MAX_TRUST_LENGTH, type TrustDocument } from './trust-document.ts'

export interface RootSignature {
  /** Id of the root key. */
  readonly root: string
  /** Over the text of the document in UTF-8, in base64. */
  readonly signature: string
}

/** What a file claims. That it is well formed says nothing about who signed it. */
export interface TrustFile {
  readonly document: TrustDocument
  readonly text: string
  /** SHA-256 of the text in hex, as the next version names it. */
  readonly digest: string
  readonly signatures: readonly RootSignature[]
}

/** The file: canonical JSON and one newline. Signatures stand in the order of their roots. */
export function formatTrustFile(text: string, signatures: readonly RootSignature[]): string {
  const sorted = signatures.toSorted((one, other) => (one.root < other.root ? -1 : 1))
  return `${canonical({ signatures: sorted, trust: text })}\n`
}

/**
 * Reads what `formatTrustFile` wrote, and nothing else.
 * @throws PortcullisError `TRUST_INVALID`.
 */
export function* trustFileCheck(file: string): Check<TrustFile> {
  if (file.length > 2 * MAX_TRUST_LENGTH) throw trustInvalid('it is too long')
  const value = parseJson(file)
  if (!isJsonObject(value)) throw trustInvalid('it is not an object')
  const { trust: text, signatures } = value
  if (typeof text !== 'string' || !areSignatures(signatures))
    throw trustInvalid('a part is missing')
  if (formatTrustFile(text, signatures) !== file) throw trustInvalid('it is not in canonical form')
  const document = yield* trustTextCheck(text)
  return { document, text, digest: yield* digestCheck(text), signatures }
}

/** `trustFileCheck`, at once. */
export const parseTrustFile = atOnce(trustFileCheck)

function digestCheck(text: string): Check<string> {
  return sha256Hex(new TextEncoder().encode(text))
}

export const trustDigest = atOnce(digestCheck)

/** The file with one more signature; one of the same root is replaced. */
export function withSignature(
  { text, signatures }: Pick<TrustFile, 'text' | 'signatures'>,
  root: string,
  signature: Uint8Array,
): string {
  const others = signatures.filter((each) => each.root !== root)
  return formatTrustFile(text, [...others, { root, signature: encodeBase64(signature) }])
}

/** How many of these roots signed the text. Signatures of others are none. */
export function* signersCheck(
  { text, signatures }: Pick<TrustFile, 'text' | 'signatures'>,
  roots: readonly RootKey[],
): Check<number> {
  const data = new TextEncoder().encode(text)
  let count = 0
  for (const key of roots) {
    const given = signatures.find(({ root }) => root === key.id)
    const bytes = given && decodeBase64(given.signature)
    if (bytes !== undefined && (yield* rootSignedCheck(key, data, bytes))) count += 1
  }
  return count
}

/** `signersCheck`, at once. */
export const countSigners = atOnce(signersCheck)

function areSignatures(value: unknown): value is readonly RootSignature[] {
  if (!Array.isArray(value) || value.length > 2 * MAX_ROOT_KEYS) return false
  const roots = new Set<unknown>()
  for (const each of value) {
    if (!isJsonObject(each) || Object.keys(each).length !== 2) return false
    if (typeof each.root !== 'string' || typeof each.signature !== 'string') return false
    roots.add(each.root)
  }
  return roots.size === value.length
}
