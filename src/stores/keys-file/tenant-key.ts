import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { durableFiles, sync } from './durable-files.ts'
import { checkKeyDirectory, type KeyFile, readKeyFile } from './key-files.ts'

/** Bytes of the key that wraps the data keys of one tenant. */
const TENANT_KEY_BYTES = 32

/**
 * The key that wraps the data keys of a tenant, in `data/`. With `create` it is made where it is
 * missing; without, a missing one is `KEYS_INCOMPLETE`: there are data keys that it wraps.
 * @throws PortcullisError `KEYS_INCOMPLETE`, `KEYS_INSECURE`, `KEYS_INVALID`.
 */
export async function openTenantKey(
  directory: string,
  tenant: string,
  { create }: { readonly create: boolean },
): Promise<KeyObject> {
  const file = fileOf(tenant)
  const there = await readKeyFile(directory, file)
  if (there === undefined && !create) {
    throw new PortcullisError('KEYS_INCOMPLETE', `\`${file.name}\` is missing in \`${directory}\``)
  }
  const content = there ?? (await make(directory, file))
  await checkKeyDirectory(join(directory, 'data'))
  return parse(content, file.name)
}

/** Named by a digest: tenants may be called anything. */
function fileOf(tenant: string): KeyFile {
  const name = createHash('sha256').update(tenant).digest('hex').slice(0, 16)
  return { name: `data/${name}.key`, mode: 0o600 }
}

/** Whole or not at all: half a key would be refused for ever. */
async function make(directory: string, { name, mode }: KeyFile): Promise<Buffer> {
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 })
  await sync(directory)
  const text = `${randomBytes(TENANT_KEY_BYTES).toString('hex')}\n`
  await durableFiles.create(join(directory, name), text, mode)
  return Buffer.from(text)
}

function parse(content: Buffer, name: string): KeyObject {
  const text = content.toString('latin1')
  if (/^[0-9a-f]{64}\n$/.test(text)) return createSecretKey(Buffer.from(text.trim(), 'hex'))
  throw new PortcullisError('KEYS_INVALID', `\`${name}\` is no key of a tenant`)
}
