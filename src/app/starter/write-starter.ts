import { mkdirSync, writeFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { createRootKey } from '../../stores/keys-file/root-key-file.ts'
import { STARTER_FILES, STARTER_ROOT } from './starter-files.ts'

/**
 * Writes the starter into a folder, which is made where it is missing. Returns the paths.
 * @throws PortcullisError `INIT_WOULD_OVERWRITE`, with every file in the way, before it writes any.
 */
export async function writeStarter(folder: string): Promise<readonly string[]> {
  const inTheWay: string[] = []
  for (const path of [...STARTER_FILES.keys(), STARTER_ROOT]) {
    if (await isThere(join(folder, path))) inTheWay.push(path)
  }
  if (inTheWay.length > 0) {
    const list = inTheWay.map((path) => `\`${join(folder, path)}\``).join(', ')
    throw new PortcullisError('INIT_WOULD_OVERWRITE', `there already: ${list}`)
  }
  for (const [path, text] of STARTER_FILES) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true, mode: path.startsWith('.') ? 0o700 : 0o777 })
    // Exclusive: what appeared since the look is not overwritten either.
    writeFileSync(file, text, { flag: 'wx' })
  }
  await createRootKey(join(folder, STARTER_ROOT), 'Ed25519')
  return [...STARTER_FILES.keys(), STARTER_ROOT].map((path) => join(folder, path))
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
