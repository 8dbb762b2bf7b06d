import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import {
  type CosignerAlgorithm,
  type CosignerKey,
  cosignedMessage,
  formatCosignature,
  formatCosignerKey,
  parseCosignerKey,
  rawKeyBytes,
} from '../../src/kernel/tlog/cosignature.ts'
import { parseNote } from '../../src/kernel/tlog/note.ts'

/** A key that cosigns, with its private half. */
export interface SampleCosigner {
  readonly vkey: string
  readonly key: CosignerKey
  readonly privateKey: KeyObject
}

/** What stands before a seed of 32 bytes in PKCS#8 (RFC 8410, RFC 9881). */
const PKCS8 = {
  ed25519: '302e020100300506032b657004220420',
  'ml-dsa-44': '3034020100300b060960864801650304031104228020',
}

/** The cosigner of a seed: 32 bytes in hex, or one byte for all of them. */
export function sampleCosigner(
  algorithm: CosignerAlgorithm,
  name: string,
  seed: string,
): SampleCosigner {
  const bytes = Buffer.from(seed.length === 2 ? seed.repeat(32) : seed, 'hex')
  const der = Buffer.concat([Buffer.from(PKCS8[algorithm], 'hex'), bytes])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const vkey = formatCosignerKey(algorithm, name, spki.subarray(-rawKeyBytes(algorithm)))
  return { vkey, key: parseCosignerKey(vkey), privateKey }
}

/** Seconds since the epoch at which samples are cosigned. */
export const SAMPLE_TIME = 1_790_000_000

/** The line by which a cosigner signs a note. */
export function cosignatureLine(
  note: string,
  { key, privateKey }: SampleCosigner,
  timestamp = SAMPLE_TIME,
): string {
  const message = cosignedMessage(key, parseNote(note).text, timestamp)
  return formatCosignature(key, timestamp, sign(null, message, privateKey))
}
