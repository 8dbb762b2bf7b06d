import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import {
  type CosignerAlgorithm,
  type CosignerKey,
  formatCosignerKey,
  parseCosignerKey,
  rawKeyBytes,
} from '../../kernel/tlog/cosignature.ts'
import { durableFiles } from './durable-files.ts'
import { readKeyFile } from './key-files.ts'
import { parsePrivateKey, pemOf } from './private-key.ts'

/** A key to cosign with, and its public half as others are given it. */
export interface Cosigner {
  readonly vkey: string
  readonly key: CosignerKey
  readonly privateKey: KeyObject
}

/** Ed25519 for whoever knows no other, ML-DSA-44 beside it: both sign, under one name. */
export interface WitnessKeys {
  readonly name: string
  readonly cosigners: readonly Cosigner[]
}

const ALGORITHMS: readonly CosignerAlgorithm[] = ['ed25519', 'ml-dsa-44']
const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n/g

/** A private key under the name that it signs with. */
export function cosignerOf(name: string, privateKey: KeyObject): Cosigner {
  const algorithm = ALGORITHMS.find((known) => known === privateKey.asymmetricKeyType)
  if (algorithm === undefined) {
    throw new PortcullisError('KEYS_INVALID', `\`${name}\` has a key that cannot cosign`)
  }
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const vkey = formatCosignerKey(algorithm, name, spki.subarray(-rawKeyBytes(algorithm)))
  return { vkey, key: parseCosignerKey(vkey), privateKey }
}

export function newWitnessKeys(name: string): WitnessKeys {
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const mlDsa44 = generateKeyPairSync('ml-dsa-44').privateKey
  return { name, cosigners: [cosignerOf(name, ed25519), cosignerOf(name, mlDsa44)] }
}

/**
 * The keys in `file`: a line with the name, then both private keys in PEM; nothing when there is no
 * such file. Throws `KEYS_INSECURE` when others may read it and `KEYS_INVALID`.
 */
export async function readWitnessKeys(file: string): Promise<WitnessKeys | undefined> {
  const path = resolve(file)
  const content = await readKeyFile(dirname(path), { name: basename(path), mode: 0o600 })
  if (content === undefined) return undefined
  const text = content.toString('utf8')
  const name = text.slice(0, text.indexOf('\n'))
  const blocks = text.match(PEM_BLOCK) ?? []
  if (text !== `${name}\n${blocks.join('')}`) throw invalid(file)
  const cosigners = blocks.map((pem) => cosignerOf(name, parsePrivateKey(pem, file)))
  const found = cosigners.map(({ key }) => key.algorithm)
  if (found.join() !== ALGORITHMS.join()) throw invalid(file)
  return { name, cosigners }
}

/** Writes a new key file, whole or not at all; never over one that is there. */
export async function writeWitnessKeys(file: string, keys: WitnessKeys): Promise<void> {
  const pems = keys.cosigners.map(({ privateKey }) => pemOf(privateKey))
  await durableFiles.create(resolve(file), `${keys.name}\n${pems.join('')}`, 0o600)
}

function invalid(file: string): PortcullisError {
  const message = `\`${file}\` does not hold the keys of a witness`
  return new PortcullisError('KEYS_INVALID', message)
}
