import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { durableFiles } from './durable-files.ts'
import { readKeyFile } from './key-files.ts'
import { parsePrivateKey, pemOf } from './private-key.ts'
import { type Cosigner, cosignerOf } from './witness-keys.ts'

/** ML-DSA-44 in PKCS#8, beside the key set, and its public half as a `vkey`. */
export const POST_QUANTUM_FILES = {
  key: { name: 'ledger-ml-dsa.pem', mode: 0o600 },
  vkey: { name: 'ledger-ml-dsa.vkey', mode: 0o644 },
} as const

/**
 * The ML-DSA-44 key of the ledger `origin`, made where there was none yet. Throws `KEYS_INSECURE`,
 * `KEYS_INCOMPLETE` when only its public half is left, `KEYS_INVALID`.
 */
export async function openPostQuantumKey(directory: string, origin: string): Promise<Cosigner> {
  const files = POST_QUANTUM_FILES
  const pem = await readKeyFile(directory, files.key)
  const vkey = (await readKeyFile(directory, files.vkey))?.toString('utf8')
  if (pem === undefined && vkey === undefined) return create(directory, origin)
  const path = join(directory, files.key.name)
  if (pem === undefined) {
    throw new PortcullisError('KEYS_INCOMPLETE', `\`${path}\` is missing`)
  }
  const cosigner = cosignerOf(origin, parsePrivateKey(pem, path))
  // A start that broke off in between left the private key alone.
  if (vkey === undefined) await publish(directory, cosigner)
  else if (vkey !== `${cosigner.vkey}\n`) {
    throw new PortcullisError('KEYS_INVALID', `\`${files.vkey.name}\` is not of \`${path}\``)
  }
  return cosigner
}

async function create(directory: string, origin: string): Promise<Cosigner> {
  const { privateKey } = generateKeyPairSync('ml-dsa-44')
  const { name, mode } = POST_QUANTUM_FILES.key
  await durableFiles.create(join(directory, name), pemOf(privateKey), mode)
  const cosigner = cosignerOf(origin, privateKey)
  await publish(directory, cosigner)
  return cosigner
}

async function publish(directory: string, { vkey }: Cosigner): Promise<void> {
  const { name, mode } = POST_QUANTUM_FILES.vkey
  await durableFiles.create(join(directory, name), `${vkey}\n`, mode)
}
