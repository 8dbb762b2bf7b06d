/**
 * Timestamped signatures on checkpoints (https://c2sp.org/tlog-cosignature): of witnesses, who say
 * that no head they saw of the log contradicts this one, and with ML-DSA-44 of logs themselves.
 */
import { atOnce } from '../checks/answer-now.ts'
import { type Check, isSigned, type SignatureAlgorithm } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { parseCheckpoint } from './checkpoint.ts'
import {
  ED25519_SPKI_PREFIX,
  formatSignature,
  formatTypedKey,
  type ParsedNote,
  signatureOf,
  typedKeyCheck,
  wrongSignature,
} from './note.ts'

export type CosignerAlgorithm = 'ed25519' | 'ml-dsa-44'

/** A key that cosignatures are verified with. `raw` is the public key as its standard has it. */
export interface CosignerKey {
  readonly algorithm: CosignerAlgorithm
  readonly name: string
  readonly id: string
  readonly raw: Uint8Array
  /** The same in DER. */
  readonly spki: Uint8Array
}

interface Form {
  /** Signature type of the `vkey`. */
  readonly type: number
  readonly algorithm: SignatureAlgorithm
  readonly keyBytes: number
  readonly signatureBytes: number
  /** What stands before the public key in DER. */
  readonly spkiPrefix: readonly number[]
}

const FORMS: Readonly<Record<CosignerAlgorithm, Form>> = {
  ed25519: {
    type: 0x04,
    algorithm: 'Ed25519',
    keyBytes: 32,
    signatureBytes: 64,
    spkiPrefix: ED25519_SPKI_PREFIX,
  },
  'ml-dsa-44': {
    type: 0x06,
    algorithm: 'ML-DSA-44',
    keyBytes: 1312,
    signatureBytes: 2420,
    // RFC 9881 section 4: id-ml-dsa-44, without parameters, then 1312 bytes.
    spkiPrefix: [
      0x30, 0x82, 0x05, 0x32, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
      0x03, 0x11, 0x03, 0x82, 0x05, 0x21, 0x00,
    ],
  },
}

const TIMESTAMP_BYTES = 8
/** Names and origins stand in the message of ML-DSA-44 behind one byte of length. */
const MAX_NAME_BYTES = 255

const encoder = new TextEncoder()

/** Bytes of a raw public key, which are the end of its DER form too. */
export function rawKeyBytes(algorithm: CosignerAlgorithm): number {
  return FORMS[algorithm].keyBytes
}

/** The `vkey` of a cosigner; `publicKey` is raw. Throws `VKEY_INVALID` if they can't be one. */
export function formatCosignerKey(
  algorithm: CosignerAlgorithm,
  name: string,
  publicKey: Uint8Array,
): string {
  const { type, keyBytes } = FORMS[algorithm]
  if (publicKey.length !== keyBytes || encoder.encode(name).length > MAX_NAME_BYTES) {
    throw new PortcullisError('VKEY_INVALID', `\`${name}\` cannot have this ${algorithm} key`)
  }
  return formatTypedKey({ name, type, raw: publicKey })
}

/** Reads the `vkey` of a cosigner (type 0x04 or 0x06), or throws `VKEY_INVALID`. */
export function* cosignerKeyCheck(vkey: string): Check<CosignerKey> {
  const { name, id, type, raw } = yield* typedKeyCheck(vkey)
  for (const algorithm of ['ed25519', 'ml-dsa-44'] as const) {
    const form = FORMS[algorithm]
    const fits = type === form.type && raw.length === form.keyBytes
    if (!fits || encoder.encode(name).length > MAX_NAME_BYTES) continue
    return { algorithm, name, id, raw, spki: Uint8Array.of(...form.spkiPrefix, ...raw) }
  }
  throw new PortcullisError('VKEY_INVALID', `the key \`${name}\` is not that of a cosigner`)
}

/** `cosignerKeyCheck`, at once. */
export const parseCosignerKey = atOnce(cosignerKeyCheck)

/**
 * The bytes that a cosigner signs for the text of a checkpoint; `timestamp` in seconds since the
 * epoch. Throws `CHECKPOINT_INVALID` where ML-DSA-44 has no message for the text.
 */
export function cosignedMessage(
  { algorithm, name }: Pick<CosignerKey, 'algorithm' | 'name'>,
  text: string,
  timestamp: number,
): Uint8Array {
  if (algorithm === 'ed25519') return encoder.encode(`cosignature/v1\ntime ${timestamp}\n${text}`)
  const { origin, size, root } = parseCheckpoint(text)
  return Uint8Array.of(
    ...encoder.encode('subtree/v1\n\0'),
    ...opaque(name),
    ...uint64(timestamp),
    ...opaque(origin),
    ...uint64(0),
    ...uint64(size),
    ...root,
  )
}

/** The line of a cosignature, with its newline; `signature` is over `cosignedMessage`. */
export function formatCosignature(
  key: Pick<CosignerKey, 'name' | 'id'>,
  timestamp: number,
  signature: Uint8Array,
): string {
  return formatSignature(key, Uint8Array.of(...uint64(timestamp), ...signature))
}

/**
 * When `key` cosigned the note, in seconds since the epoch; nothing if it did not. 0 says nothing
 * about time. Throws `CHECKPOINT_UNTRUSTED` for a cosignature of its own that does not verify, and
 * `ALGORITHM_UNSUPPORTED`.
 */
export function* cosignedAtCheck(note: ParsedNote, key: CosignerKey): Check<number | undefined> {
  const line = signatureOf(note, key)
  if (line === undefined) return undefined
  const { algorithm, signatureBytes } = FORMS[key.algorithm]
  if (line.length !== TIMESTAMP_BYTES + signatureBytes) {
    throw wrongSignature(key)
  }
  const { buffer, byteOffset } = line
  const timestamp = Number(new DataView(buffer, byteOffset, TIMESTAMP_BYTES).getBigUint64(0))
  // Beyond exact integers there are some thirty million centuries, and no honest clock.
  if (!Number.isSafeInteger(timestamp)) throw wrongSignature(key)
  const data = cosignedMessage(key, note.text, timestamp)
  const signature = line.subarray(TIMESTAMP_BYTES)
  if (yield* isSigned({ algorithm, spki: key.spki, data, signature })) return timestamp
  throw wrongSignature(key)
}

/** `cosignedAtCheck`, at once. */
export const cosignedAt = atOnce(cosignedAtCheck)

/** `opaque<1..2^8-1>` of RFC 8446 section 3.4. */
function opaque(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  if (bytes.length >= 1 && bytes.length <= MAX_NAME_BYTES) {
    return Uint8Array.of(bytes.length, ...bytes)
  }
  throw new PortcullisError('CHECKPOINT_INVALID', 'a name is too long to be cosigned')
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}
