import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { formatVerifierKey } from '../../kernel/tlog/note.ts'
import { KEY_FILES, type KeyFile } from './key-files.ts'

/** Bytes of the key for payload digests. */
export const DIGEST_KEY_BYTES = 32

/** A host and a path, as C2SP recommends for log names; no character that a shell would touch. */
const ORIGIN = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9._-]*)+$/

/**
 * Makes a key set and puts it in place in one step: it is written beside `directory` and renamed,
 * so that a crash leaves a whole set or none. When another process was quicker, its set stays.
 */
export async function createKeySet(directory: string, origin = randomOrigin()): Promise<void> {
  if (!ORIGIN.test(origin)) {
    throw new PortcullisError('KEYS_INVALID', `\`${origin}\` is not an origin: \`host/path\``)
  }
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(join(parent, `.${basename(directory)}-`))
  try {
    await writeSet(draft, origin)
    await rename(draft, directory)
    await sync(parent)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!isOccupied(error)) throw error
  }
}

/** The `vkey` of an Ed25519 public key: its raw 32 bytes are the end of its DER form. */
export function vkeyOf(origin: string, publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return formatVerifierKey(origin, der.subarray(-32))
}

async function writeSet(directory: string, origin: string): Promise<void> {
  const ledger = generateKeyPairSync('ed25519')
  const identity = generateKeyPairSync('ed25519')
  await writeDurably(directory, KEY_FILES.origin, `${origin}\n`)
  await writeDurably(directory, KEY_FILES.ledger, pem(ledger.privateKey))
  await writeDurably(directory, KEY_FILES.vkey, `${vkeyOf(origin, ledger.publicKey)}\n`)
  await writeDurably(directory, KEY_FILES.identity, pem(identity.privateKey))
  await writeDurably(directory, KEY_FILES.digest, randomBytes(DIGEST_KEY_BYTES))
  await sync(directory)
}

async function writeDurably(
  directory: string,
  { name, mode }: KeyFile,
  content: string | Uint8Array,
): Promise<void> {
  const handle = await open(join(directory, name), 'wx', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function randomOrigin(): string {
  return `portcullis.local/${randomBytes(8).toString('hex')}`
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** Renaming onto a directory that holds something fails with one of these. */
function isOccupied(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false
  return error.code === 'ENOTEMPTY' || error.code === 'EEXIST'
}
