import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { createKeySet, DIGEST_KEY_BYTES, vkeyOf } from './create-key-set.ts'
import { checkKeyDirectory, KEY_FILES, type KeyFile, readKeyFile } from './key-files.ts'
import { recordingsKeyOf } from './recordings-key.ts'

/** The keys of one runtime. As key objects they print nothing of themselves. */
export interface Keys {
  /** Name of the log, and issuer and audience of agent tokens. */
  readonly origin: string
  /** Public key of the ledger as `name+id+key`: what verifiers are given. */
  readonly vkey: string
  /** Signs checkpoints; its name is the origin. */
  readonly ledgerSigner: { readonly name: string; readonly key: KeyObject }
  /** Signs the tokens of agents. */
  readonly identity: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  /** Keys the digests of payloads in receipts. */
  readonly digestKey: KeyObject
  /** Seals recorded requests. */
  readonly recordingsKey: KeyObject
}

export interface KeysOptions {
  /** Name of the log, chosen when the keys are made: `host/path`. By default a random one. */
  readonly origin?: string | undefined
}

/**
 * The key set in `directory`, made there when it is missing or empty. Throws `KEYS_INSECURE` when
 * others may read a private key, `KEYS_INCOMPLETE` when a part of the set is gone (it is never made
 * anew: that would orphan the ledger), `KEYS_INVALID` when the parts don't belong together.
 */
export async function openKeys(directory: string, { origin }: KeysOptions = {}): Promise<Keys> {
  const keys = (await readKeySet(directory)) ?? (await createAndRead(directory, origin))
  if (origin === undefined || origin === keys.origin) return keys
  const message = `the keys are those of \`${keys.origin}\`, not of \`${origin}\``
  throw new PortcullisError('KEYS_INVALID', message)
}

async function createAndRead(directory: string, origin: string | undefined): Promise<Keys> {
  await createKeySet(directory, origin)
  const keys = await readKeySet(directory)
  if (keys !== undefined) return keys
  throw new PortcullisError('KEYS_INCOMPLETE', `\`${directory}\` holds files, but no keys`)
}

async function readKeySet(directory: string): Promise<Keys | undefined> {
  const files = Object.values(KEY_FILES)
  const found = new Map<KeyFile, Buffer>()
  for (const file of files) {
    const content = await readKeyFile(directory, file)
    if (content !== undefined) found.set(file, content)
  }
  if (found.size === 0) return undefined
  await checkKeyDirectory(directory)
  return assemble((file) => {
    const content = found.get(file)
    if (content !== undefined) return content
    throw new PortcullisError('KEYS_INCOMPLETE', `\`${file.name}\` is missing in \`${directory}\``)
  })
}

function assemble(content: (file: KeyFile) => Buffer): Keys {
  const origin = oneLine(content(KEY_FILES.origin))
  const vkey = oneLine(content(KEY_FILES.vkey))
  const ledger = ed25519(content(KEY_FILES.ledger), KEY_FILES.ledger.name)
  const identity = ed25519(content(KEY_FILES.identity), KEY_FILES.identity.name)
  const digest = content(KEY_FILES.digest)
  if (vkeyOf(origin, createPublicKey(ledger)) !== vkey) {
    throw new PortcullisError('KEYS_INVALID', '`ledger.vkey` is not the public key of `ledger.pem`')
  }
  if (digest.length !== DIGEST_KEY_BYTES) {
    throw new PortcullisError('KEYS_INVALID', `\`digest.key\` has not ${DIGEST_KEY_BYTES} bytes`)
  }
  const digestKey = createSecretKey(digest)
  return {
    origin,
    vkey,
    ledgerSigner: { name: origin, key: ledger },
    identity: { privateKey: identity, publicKey: createPublicKey(identity) },
    digestKey,
    recordingsKey: recordingsKeyOf(digestKey),
  }
}

function ed25519(pem: Buffer, name: string): KeyObject {
  const key = parsePrivateKey(pem, name)
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new PortcullisError('KEYS_INVALID', `\`${name}\` is not an Ed25519 key`)
}

function parsePrivateKey(pem: Buffer, name: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new PortcullisError('KEYS_INVALID', `\`${name}\` is not a private key`, { cause })
  }
}

function oneLine(content: Buffer): string {
  return content.toString('utf8').replace(/\n$/, '')
}
