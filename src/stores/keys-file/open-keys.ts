import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { createKeySet, DIGEST_KEY_BYTES } from './create-key-set.ts'
import { checkKeyDirectory, KEY_FILES, type KeyFile, readKeyFile } from './key-files.ts'
import { LedgerKeyring, type Signer } from './ledger-keyring.ts'
import { ed25519 } from './private-key.ts'
import { recordingsKeyOf } from './recordings-key.ts'

/** The keys of one runtime. As key objects they print nothing of themselves. */
export interface Keys {
  /** Name of the log, and issuer and audience of agent tokens. */
  readonly origin: string
  /** Active public key of the ledger as `name+id+key`, as of the opening. */
  readonly vkey: string
  /** Signed checkpoints at the opening; its name is the origin. */
  readonly ledgerSigner: Signer
  /** All keys that ever signed checkpoints, and those that do. */
  readonly keyring: LedgerKeyring
  /** Signs the tokens of agents. */
  readonly identity: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  /** Keys the digests of payloads in receipts. */
  readonly digestKey: KeyObject
  /** Sealed recorded requests before their subjects' keys did. */
  readonly recordingsKey: KeyObject
}

export interface KeysOptions {
  /** Name of the log, chosen when the keys are made: `host/path`. By default a random one. */
  readonly origin?: string | undefined
  /** For the date of keys that are made, in milliseconds since the epoch. */
  readonly now?: number
}

/**
 * The key set in `directory`, made there when it is missing or empty. Throws `KEYS_INSECURE` when
 * others may read a private key, `KEYS_INCOMPLETE` when a part of the set is gone (it is never made
 * anew: that would orphan the ledger), `KEYS_INVALID` when the parts don't belong together.
 */
export async function openKeys(directory: string, options: KeysOptions = {}): Promise<Keys> {
  const { origin } = options
  const keys = (await readKeySet(directory)) ?? (await createAndRead(directory, options))
  if (origin === undefined || origin === keys.origin) return keys
  const message = `the keys are those of \`${keys.origin}\`, not of \`${origin}\``
  throw new PortcullisError('KEYS_INVALID', message)
}

async function createAndRead(
  directory: string,
  { origin, now = Date.now() }: KeysOptions,
): Promise<Keys> {
  await createKeySet(directory, { now, ...(origin !== undefined && { origin }) })
  const keys = await readKeySet(directory)
  if (keys !== undefined) return keys
  throw new PortcullisError('KEYS_INCOMPLETE', `\`${directory}\` holds files, but no keys`)
}

/** The key set in `directory`, or nothing where there is none. */
export async function readKeySet(directory: string): Promise<Keys | undefined> {
  const files = Object.values(KEY_FILES)
  const found = new Map<KeyFile, Buffer>()
  for (const file of files) {
    const content = await readKeyFile(directory, file)
    if (content !== undefined) found.set(file, content)
  }
  if (found.size === 0) return undefined
  await checkKeyDirectory(directory)
  const content = (file: KeyFile) => {
    const read = found.get(file)
    if (read !== undefined) return read
    throw new PortcullisError('KEYS_INCOMPLETE', `\`${file.name}\` is missing in \`${directory}\``)
  }
  const origin = oneLine(content(KEY_FILES.origin))
  const identity = ed25519(content(KEY_FILES.identity), KEY_FILES.identity.name)
  const digestKey = secretKey(content(KEY_FILES.digest))
  const keyring = await LedgerKeyring.open(directory, origin)
  await checkKeyDirectory(join(directory, 'ledger'))
  // A crash in a rotation may have left the line of the key before.
  const vkey = oneLine(content(KEY_FILES.vkey))
  if (!keyring.keys.some((key) => key.vkey === vkey)) {
    throw new PortcullisError('KEYS_INVALID', '`ledger.vkey` is of no key in `ledger/states.json`')
  }
  return {
    origin,
    keyring,
    vkey: keyring.active.vkey,
    ledgerSigner: keyring.signers.active,
    identity: { privateKey: identity, publicKey: createPublicKey(identity) },
    digestKey,
    recordingsKey: recordingsKeyOf(digestKey),
  }
}

function secretKey(digest: Buffer): KeyObject {
  if (digest.length === DIGEST_KEY_BYTES) return createSecretKey(digest)
  throw new PortcullisError('KEYS_INVALID', `\`digest.key\` has not ${DIGEST_KEY_BYTES} bytes`)
}

function oneLine(content: Buffer): string {
  return content.toString('utf8').replace(/\n$/, '')
}
