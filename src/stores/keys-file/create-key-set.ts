import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { newKey } from '../../kernel/trust/key-record.ts'
import { sync } from './durable-files.ts'
import { KEY_FILES, type KeyFile, ledgerKeyFile } from './key-files.ts'
import { formatStates } from './key-states-file.ts'
import { pemOf, vkeyOf } from './private-key.ts'

/** Bytes of the key for payload digests. */
export const DIGEST_KEY_BYTES = 32

/** A host and a path, as C2SP recommends for log names; no character that a shell would touch. */
const ORIGIN = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9._-]*)+$/

export interface SetOptions {
  /** Name of the log: `host/path`. */
  readonly origin: string
  /** When the keys are made, in milliseconds since the epoch. */
  readonly now: number
}

/**
 * Makes a key set and puts it in place in one step: it is written beside `directory` and renamed,
 * so that a crash leaves a whole set or none. When another process was quicker, its set stays.
 */
export async function createKeySet(
  directory: string,
  { origin = randomOrigin(), now }: Partial<SetOptions> & Pick<SetOptions, 'now'>,
): Promise<void> {
  if (!ORIGIN.test(origin)) {
    throw new PortcullisError('KEYS_INVALID', `\`${origin}\` is not an origin: \`host/path\``)
  }
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(join(parent, `.${basename(directory)}-`))
  try {
    await writeSet(draft, { origin, now })
    await rename(draft, directory)
    await sync(parent)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!isOccupied(error)) throw error
  }
}

async function writeSet(directory: string, { origin, now }: SetOptions): Promise<void> {
  const ledger = generateKeyPairSync('ed25519')
  const identity = generateKeyPairSync('ed25519')
  await writeDurably(directory, KEY_FILES.origin, `${origin}\n`)
  await mkdir(join(directory, 'ledger'), { mode: 0o700 })
  await writeDurably(directory, ledgerKeyFile(1), pemOf(ledger.privateKey))
  const vkey = vkeyOf(origin, ledger.publicKey)
  const keys = [newKey(vkey, { notBefore: new Date(now).toISOString(), firstSize: 0 })]
  await writeDurably(directory, KEY_FILES.states, formatStates({ keys, unrecorded: [] }))
  await sync(join(directory, 'ledger'))
  await writeDurably(directory, KEY_FILES.vkey, `${vkey}\n`)
  await writeDurably(directory, KEY_FILES.identity, pemOf(identity.privateKey))
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

function randomOrigin(): string {
  return `portcullis.local/${randomBytes(8).toString('hex')}`
}

/** Renaming onto a directory that holds something fails with one of these. */
function isOccupied(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false
  return error.code === 'ENOTEMPTY' || error.code === 'EEXIST'
}
