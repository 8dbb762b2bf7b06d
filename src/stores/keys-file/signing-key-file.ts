import type { KeyObject } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { readKeyFile } from './key-files.ts'
import { parsePrivateKey } from './private-key.ts'

/**
 * The private key in PEM with which tools are signed.
 * @throws PortcullisError `KEYS_INSECURE`, `KEYS_INVALID`, `FILE_UNREADABLE`.
 */
export async function readSigningKey(file: string): Promise<KeyObject> {
  const pem = await readKeyFile(dirname(file), { name: basename(file), mode: 0o600 })
  if (pem !== undefined) return parsePrivateKey(pem, file)
  throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read`)
}
