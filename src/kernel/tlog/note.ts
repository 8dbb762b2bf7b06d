/**
 * Signed notes with Ed25519 keys, as https://c2sp.org/signed-note has them and Go's `sumdb/note`
 * reads them. Every parser here accepts exactly what the matching formatter writes: a lax one
 * would let altered bytes pass as the original.
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

/** Longest note that is looked at: room for the 16 signatures that the format asks for. */
export const MAX_NOTE_LENGTH = 128 * 1024

/** Most signatures a note may carry. */
export const MAX_NOTE_SIGNATURES = 64

/** A key that notes are verified with. `id` is the key ID: 8 hex digits; `raw` has 32 bytes. */
export interface VerifierKey {
  readonly name: string
  readonly id: string
  readonly publicKey: KeyObject
  readonly raw: Uint8Array
}

const ED25519 = 0x01
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const KEY_ID_BYTES = 4

/** What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410 section 4). */
const SPKI_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

/** What stands after the origin of a node in the origins of its tenants' logs. */
const TENANT_LOG = /^\/l\/[0-9a-f]{16}$/

const KEY_NAME = /^[^\s+]+$/
// More than the format asks, which leaves U+007F to U+009F: one of those is a space to Go.
const CONTROL_OR_LONE_SURROGATE = /(?!\n)\p{Cc}|\p{Surrogate}/u
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u

const encoder = new TextEncoder()

/** `name+id+key`, as Go and every C2SP tool read a public key. `publicKey` is the raw 32 bytes. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  if (!isKeyName(name) || publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new PortcullisError('VKEY_INVALID', `no key can be named \`${name}\``)
  }
  const key = Uint8Array.of(ED25519, ...publicKey)
  return `${name}+${keyId(name, key)}+${encodeBase64(key)}`
}

/** Reads a `vkey`; throws `VKEY_INVALID` unless its parts belong together. */
export function parseVerifierKey(vkey: string): VerifierKey {
  // The base64 may hold a plus as well, a name never does.
  const [name = '', id = '', ...rest] = vkey.split('+')
  const key = decodeBase64(rest.join('+'))
  if (!isKeyName(name) || key?.[0] !== ED25519 || key.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new PortcullisError('VKEY_INVALID', 'the key is not an Ed25519 key of a named log')
  }
  if (keyId(name, key) !== id) {
    throw new PortcullisError('VKEY_INVALID', `the id of the key \`${name}\` is not its own`)
  }
  const raw = key.subarray(1)
  const der = Uint8Array.of(...SPKI_PREFIX, ...raw)
  return { name, id, raw, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}

/** Is this the origin of the node's own log, or of a tenant's log on that node? */
export function isLogOfNode(node: string, origin: string): boolean {
  if (origin === node) return true
  return origin.startsWith(node) && TENANT_LOG.test(origin.slice(node.length))
}

/**
 * The key of one log of a node: the node signs all its logs with one key, under the name of each.
 * @throws PortcullisError `CHECKPOINT_UNTRUSTED` for a log that is not of this node.
 */
export function logVerifierKey(nodeKey: VerifierKey, origin: string): VerifierKey {
  if (origin === nodeKey.name) return nodeKey
  if (!isLogOfNode(nodeKey.name, origin)) {
    const message = `\`${origin}\` is no log of \`${nodeKey.name}\``
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', message)
  }
  return parseVerifierKey(formatVerifierKey(origin, nodeKey.raw))
}

/** Text and signature as one note. `text` ends in a newline; `signature` is over its UTF-8. */
export function formatNote(text: string, key: VerifierKey, signature: Uint8Array): string {
  const signed = encodeBase64(Uint8Array.of(...bytesOfHex(key.id), ...signature))
  return `${text}\n\u2014 ${key.name} ${signed}\n`
}

/**
 * The text of a note that `key` signed. Signatures of other keys must be well formed and are
 * otherwise ignored. Throws `CHECKPOINT_INVALID` for a malformed note and `CHECKPOINT_UNTRUSTED`
 * for one that `key` did not sign.
 */
export function openNote(note: string, key: VerifierKey): string {
  const { text, signatures } = splitNote(note)
  const [ours, second] = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  if (ours === undefined || second !== undefined) {
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed once by \`${key.name}\``)
  }
  const { signature } = ours
  const signed = signature.length === SIGNATURE_BYTES
  if (!signed || !verify(null, encoder.encode(text), key.publicKey, signature)) {
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', `the signature of \`${key.name}\` is wrong`)
  }
  return text
}

interface NoteSignature {
  readonly name: string
  readonly id: string
  readonly signature: Uint8Array
}

function splitNote(note: string): { text: string; signatures: NoteSignature[] } {
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
  const id = hexOfBytes(bytes.subarray(0, KEY_ID_BYTES))
  return { name, id, signature: bytes.subarray(KEY_ID_BYTES) }
}

function malformed(why: string): PortcullisError {
  return new PortcullisError('CHECKPOINT_INVALID', `the signed note is malformed: ${why}`)
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && !CONTROL_OR_LONE_SURROGATE.test(name)
}

/** First four bytes of SHA-256 over name, newline and typed key. */
function keyId(name: string, typedKey: Uint8Array): string {
  const input = Uint8Array.of(...encoder.encode(`${name}\n`), ...typedKey)
  return hash('sha256', input, 'hex').slice(0, 2 * KEY_ID_BYTES)
}

function hexOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function bytesOfHex(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}
