import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { basename, dirname } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { type RootAlgorithm, type RootKey, rootKeyOf } from '../../kernel/trust/root-key.ts'
import { parseTrustFile, withSignature } from '../../kernel/trust/trust-file.ts'
import { durableFiles } from './durable-files.ts'
import { readKeyFile } from './key-files.ts'
import { pemOf } from './private-key.ts'

/** What the file of the public half is called, beside that of the private one. */
export const PUBLIC_SUFFIX = '.pub'

/**
 * Makes a root key: `file` with the private half in PKCS#8, `file.pub` with the public one, both in
 * PEM. @throws PortcullisError `FILE_UNWRITABLE` where a file is already.
 */
export async function createRootKey(file: string, alg: RootAlgorithm): Promise<RootKey> {
  const { privateKey, publicKey } =
    alg === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-65')
  await durableFiles.create(file, pemOf(privateKey), 0o600)
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  await durableFiles.create(`${file}${PUBLIC_SUFFIX}`, pem, 0o644)
  return rootOf(publicKey)
}

/** The public half in either of the two files, or nothing where there is none. */
export async function readRootKey(file: string): Promise<RootKey | undefined> {
  const content = await read(file, 0o644)
  if (content === undefined) return undefined
  return rootOf(parse(() => createPublicKey(content), file))
}

/**
 * Signs a trust file with the private root key in `root`, if it is there. Whether the signatures
 * suffice is not judged.
 * @throws PortcullisError `ROOT_KEY_INVALID`, `KEYS_INSECURE`, `TRUST_INVALID`.
 */
export async function signTrustFile(file: string, root: string): Promise<string | undefined> {
  const pem = await read(root, 0o600)
  if (pem === undefined) return undefined
  const key = parse(() => createPrivateKey(pem), root)
  const { id } = rootOf(createPublicKey(key))
  const trust = parseTrustFile(file)
  return withSignature(trust, id, sign(null, Buffer.from(trust.text), key))
}

async function read(file: string, mode: 0o600 | 0o644): Promise<Buffer | undefined> {
  return readKeyFile(dirname(file), { name: basename(file), mode })
}

function rootOf(publicKey: KeyObject): RootKey {
  return rootKeyOf(publicKey.export({ format: 'der', type: 'spki' }))
}

function parse(read: () => KeyObject, file: string): KeyObject {
  try {
    return read()
  } catch (cause) {
    throw new PortcullisError('ROOT_KEY_INVALID', `\`${file}\` is not a key in PEM`, { cause })
  }
}
