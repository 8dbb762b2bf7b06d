import { createPublicKey, type KeyObject } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { type KeyRecord, keyIdOf } from '../../kernel/trust/key-record.ts'
import { ledgerKeyFile, readKeyFile } from './key-files.ts'
import { ed25519, parsePrivateKey, vkeyOf } from './private-key.ts'
import { type Cosigner, cosignerOf } from './witness-keys.ts'

/** A private key under the name of the log that it signs. */
export interface Signer {
  readonly name: string
  readonly key: KeyObject
}

/** Whose lines stand on every checkpoint. */
export interface LedgerSigners {
  readonly active: Signer
  readonly retiring?: Signer
}

interface Signing {
  readonly record: KeyRecord
  /** Name and content of the file with the private half. */
  readonly name: string
  readonly pem: Buffer
}

/** The Ed25519 keys that sign. @throws PortcullisError `KEYS_INCOMPLETE`, `KEYS_INVALID`. */
export async function readSigners(
  directory: string,
  origin: string,
  keys: readonly KeyRecord[],
): Promise<LedgerSigners> {
  const signers = new Map<string, Signer>()
  for (const signing of await signingKeys(directory, keys, 'checkpoint')) {
    const key = ed25519(signing.pem, signing.name)
    checkHalf(signing, vkeyOf(origin, createPublicKey(key)))
    signers.set(signing.record.state, { name: origin, key })
  }
  const [active, retiring] = [signers.get('active'), signers.get('retiring')]
  if (active === undefined) throw new PortcullisError('KEYS_INVALID', 'no key is active')
  return { active, ...(retiring && { retiring }) }
}

/** The ML-DSA-44 keys that sign, the active one first; none where none was ever asked for. */
export async function readPostQuantum(
  directory: string,
  origin: string,
  keys: readonly KeyRecord[],
): Promise<readonly Cosigner[]> {
  const found = await signingKeys(directory, keys, 'post-quantum')
  const cosigners = found.map((signing) => {
    const cosigner = cosignerOf(origin, parsePrivateKey(signing.pem, signing.name))
    checkHalf(signing, cosigner.vkey)
    return cosigner
  })
  // A key is made after the one that it takes over from.
  return cosigners.reverse()
}

async function signingKeys(
  directory: string,
  keys: readonly KeyRecord[],
  purpose: KeyRecord['purpose'],
): Promise<readonly Signing[]> {
  const found: Signing[] = []
  for (const [at, record] of keys.entries()) {
    const signs = record.state === 'active' || record.state === 'retiring'
    if (!signs || record.purpose !== purpose) continue
    const file = ledgerKeyFile(at + 1)
    const pem = await readKeyFile(directory, file)
    if (pem === undefined) throw missingKey(file.name, directory)
    found.push({ record, name: file.name, pem })
  }
  return found
}

function checkHalf({ record, name }: Signing, vkey: string): void {
  if (vkey === record.vkey) return
  const message = `\`${name}\` is not the private half of \`${keyIdOf(record)}\``
  throw new PortcullisError('KEYS_INVALID', message)
}

export function missingKey(name: string, directory: string): PortcullisError {
  return new PortcullisError('KEYS_INCOMPLETE', `\`${name}\` is missing in \`${directory}\``)
}
