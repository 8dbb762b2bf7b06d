/**
 * Signed notes and their Ed25519 keys, as https://c2sp.org/signed-note has them and Go's
 * `sumdb/note` reads them; `cosignature.ts` has the other kinds of keys. Every parser here accepts
 * exactly what the matching formatter writes: a lax one would let altered bytes pass as the
 * original.
 */
import { atOnce, now } from '../checks/answer-now.ts'
import { type Check, hexOf, isSigned, sha256Hex } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

/** Longest note that is looked at: room for the 16 signatures that the format asks for. */
export const MAX_NOTE_LENGTH = 128 * 1024

/** Most signatures a note may carry. */
export const MAX_NOTE_SIGNATURES = 64

/**
 * A key that notes are verified with. `id` is the key ID: 8 hex digits; `raw` has 32 bytes, and
 * `spki` is the same in DER.
 */
export interface VerifierKey {
  readonly name: string
  readonly id: string
  readonly raw: Uint8Array
  readonly spki: Uint8Array
}

/** A key as its `vkey` spells it. `type` says what it signs with, and over which bytes. */
export interface TypedKey {
  readonly name: string
  readonly id: string
  readonly type: number
  /** The public key itself, in the encoding of its type. */
  readonly raw: Uint8Array
}

/** A note that is taken apart and not yet trusted. */
export interface ParsedNote {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  readonly id: string
  readonly signature: Uint8Array
}

const ED25519 = 0x01
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const KEY_ID_BYTES = 4

/** What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410 section 4). */
export const ED25519_SPKI_PREFIX: readonly number[] = [
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
]

/** What stands after the origin of a node in the origins of its tenants' logs. */
const TENANT_LOG = /^\/l\/[0-9a-f]{16}$/

const KEY_NAME = /^[^\s+]+$/
// More than the format asks, which leaves U+007F to U+009F: one of those is a space to Go.
const CONTROL_OR_LONE_SURROGATE = /(?!\n)\p{Cc}|\p{Surrogate}/u
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u

const encoder = new TextEncoder()

/** `name+id+key`, as Go and every C2SP tool read a public key. `publicKey` is the raw 32 bytes. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new PortcullisError('VKEY_INVALID', `no key can be named \`${name}\``)
  }
  return formatTypedKey({ name, type: ED25519, raw: publicKey })
}

/** Reads a `vkey`; throws `VKEY_INVALID` unless its parts belong together. */
export function* verifierKeyCheck(vkey: string): Check<VerifierKey> {
  const { name, id, type, raw } = yield* typedKeyCheck(vkey)
  if (type !== ED25519 || raw.length !== PUBLIC_KEY_BYTES) {
    throw new PortcullisError('VKEY_INVALID', 'the key is not an Ed25519 key of a named log')
  }
  return { name, id, raw, spki: Uint8Array.of(...ED25519_SPKI_PREFIX, ...raw) }
}

/** `verifierKeyCheck`, at once. */
export const parseVerifierKey = atOnce(verifierKeyCheck)

/** The `vkey` of a key of any type. */
export function formatTypedKey({ name, type, raw }: Omit<TypedKey, 'id'>): string {
  if (!isKeyName(name)) {
    throw new PortcullisError('VKEY_INVALID', `no key can be named \`${name}\``)
  }
  const key = Uint8Array.of(type, ...raw)
  return `${name}+${now(keyId(name, key))}+${encodeBase64(key)}`
}

/** Reads the `vkey` of a key of any type; whether the type is known is for the caller to say. */
export function* typedKeyCheck(vkey: string): Check<TypedKey> {
  // The base64 may hold a plus as well, a name never does.
  const [name = '', id = '', ...rest] = vkey.split('+')
  const key = decodeBase64(rest.join('+'))
  const type = key?.[0]
  if (!isKeyName(name) || key === undefined || type === undefined) {
    throw new PortcullisError('VKEY_INVALID', 'the key is not written as `name+id+key`')
  }
  if ((yield* keyId(name, key)) !== id) {
    throw new PortcullisError('VKEY_INVALID', `the id of the key \`${name}\` is not its own`)
  }
  return { name, id, type, raw: key.subarray(1) }
}

/** `typedKeyCheck`, at once. */
export const parseTypedKey = atOnce(typedKeyCheck)

/** How a typed public key of each algorithm begins, and how long it is. */
const KEY_TYPES = {
  Ed25519: { type: ED25519, bytes: PUBLIC_KEY_BYTES },
  // https://c2sp.org/signed-note assigns the type; FIPS 204 gives the length.
  'ML-DSA-44': { type: 0x06, bytes: 1312 },
} as const

/** Is this text a well-formed `vkey` of this algorithm? */
export function* isVerifierKeyCheck(
  vkey: string,
  algorithm: keyof typeof KEY_TYPES,
): Check<boolean> {
  const { type, bytes } = KEY_TYPES[algorithm]
  const [name = '', id = '', ...rest] = vkey.split('+')
  const key = decodeBase64(rest.join('+'))
  if (!isKeyName(name) || key?.[0] !== type || key.length !== 1 + bytes) return false
  return (yield* keyId(name, key)) === id
}

/** `isVerifierKeyCheck`, at once. */
export const isVerifierKey = atOnce(isVerifierKeyCheck)

/** Is this the origin of the node's own log, or of a tenant's log on that node? */
export function isLogOfNode(node: string, origin: string): boolean {
  if (origin === node) return true
  return origin.startsWith(node) && TENANT_LOG.test(origin.slice(node.length))
}

/**
 * The key of one log of a node: the node signs all its logs with one key, under the name of each.
 * @throws PortcullisError `CHECKPOINT_UNTRUSTED` for a log that is not of this node.
 */
export function* logVerifierKeyCheck(nodeKey: VerifierKey, origin: string): Check<VerifierKey> {
  if (origin === nodeKey.name) return nodeKey
  if (!isLogOfNode(nodeKey.name, origin)) {
    const message = `\`${origin}\` is no log of \`${nodeKey.name}\``
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', message)
  }
  const { raw, spki } = nodeKey
  return { name: origin, id: yield* keyId(origin, Uint8Array.of(ED25519, ...raw)), raw, spki }
}

/** `logVerifierKeyCheck`, at once. */
export const logVerifierKey = atOnce(logVerifierKeyCheck)

/** Text and signature as one note. `text` ends in a newline; `signature` is over its UTF-8. */
export function formatNote(text: string, key: VerifierKey, signature: Uint8Array): string {
  return `${text}\n${formatSignature(key, signature)}`
}

/** The line by which a note carries a signature, with its newline. */
export function formatSignature(key: NamedKey, signature: Uint8Array): string {
  const signed = encodeBase64(Uint8Array.of(...bytesOfHex(key.id), ...signature))
  return `\u2014 ${key.name} ${signed}\n`
}

/**
 * The text of a note that `key` signed. Signatures of other keys must be well formed and are
 * otherwise ignored. Throws `CHECKPOINT_INVALID` for a malformed note and `CHECKPOINT_UNTRUSTED`
 * for one that `key` did not sign.
 */
export function* noteCheck(note: string, key: VerifierKey): Check<string> {
  const parsed = parseNote(note)
  if (yield* isSignedByCheck(parsed, key)) return parsed.text
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed by \`${key.name}\``)
}

/** `noteCheck`, at once. */
export const openNote = atOnce(noteCheck)

/** Did `key` sign? Throws `CHECKPOINT_UNTRUSTED` if what stands there as its own is wrong. */
export function* isSignedByCheck(note: ParsedNote, key: VerifierKey): Check<boolean> {
  const signature = signatureOf(note, key)
  if (signature === undefined) return false
  if (signature.length !== SIGNATURE_BYTES) throw wrongSignature(key)
  const data = encoder.encode(note.text)
  const { spki } = key
  if (yield* isSigned({ algorithm: 'Ed25519', spki, data, signature })) return true
  throw wrongSignature(key)
}

/** `isSignedByCheck`, at once. */
export const isSignedBy = atOnce(isSignedByCheck)

/** Did `key` sign these bytes, which are no note? */
export function hasSigned(
  { spki }: Pick<VerifierKey, 'spki'>,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  return now(isSigned({ algorithm: 'Ed25519', spki, data, signature }))
}

/** What stands behind a key's name and id on a note, if anything does. */
export function signatureOf(note: ParsedNote, key: NamedKey): Uint8Array | undefined {
  const [ours, second] = note.signatures.filter(
    ({ name, id }) => name === key.name && id === key.id,
  )
  if (second === undefined) return ours?.signature
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed once by \`${key.name}\``)
}

export function wrongSignature({ name }: NamedKey): PortcullisError {
  return new PortcullisError('CHECKPOINT_UNTRUSTED', `the signature of \`${name}\` is wrong`)
}

type NamedKey = Pick<TypedKey, 'name' | 'id'>

/** Takes a note apart; throws `CHECKPOINT_INVALID` if it is malformed. Nothing is verified. */
export function parseNote(note: string): ParsedNote {
  if (note.length > MAX_NOTE_LENGTH) throw malformed('it is too long')
  if (CONTROL_OR_LONE_SURROGATE.test(note)) throw malformed('it holds a control character')
  const split = note.lastIndexOf('\n\n')
  if (split < 1 || !note.endsWith('\n')) throw malformed('text and signatures are not apart')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformed('it has too many signatures')
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  if (name === '' || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw malformed('a signature line is not well formed')
  }
  const id = hexOf(bytes.subarray(0, KEY_ID_BYTES))
  return { name, id, signature: bytes.subarray(KEY_ID_BYTES) }
}

function malformed(why: string): PortcullisError {
  return new PortcullisError('CHECKPOINT_INVALID', `the signed note is malformed: ${why}`)
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && !CONTROL_OR_LONE_SURROGATE.test(name)
}

/** First four bytes of SHA-256 over name, newline and typed key. */
function* keyId(name: string, typedKey: Uint8Array): Check<string> {
  const input = Uint8Array.of(...encoder.encode(`${name}\n`), ...typedKey)
  return (yield* sha256Hex(input)).slice(0, 2 * KEY_ID_BYTES)
}

function bytesOfHex(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}
