import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import {
  type BundleContent,
  type VerifiedBundle,
  verifyBundle,
} from '../../kernel/receipt/bundle.ts'
import { verifyPortableReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { formatTar, parseTar } from './tar.ts'

/** Bytes of a bundle that is read. */
export const MAX_BUNDLE_BYTES = 1024 * 1024 * 1024

/**
 * Writes a bundle: as an archive where the name ends in `.tar`, else as a new directory. Only its
 * owner can read it.
 * @throws PortcullisError `FILE_UNWRITABLE`, also where something of that name is already.
 */
export function writeBundle(out: string, files: BundleContent): void {
  try {
    if (out.endsWith('.tar')) {
      writeFileSync(out, formatTar(files), { flag: 'wx', mode: 0o600 })
      return
    }
    mkdirSync(out, { mode: 0o700 })
    for (const [path, content] of files) {
      const file = join(out, path)
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    }
  } catch (cause) {
    throw new PortcullisError('FILE_UNWRITABLE', `\`${out}\` cannot be written`, { cause })
  }
}

/** Verifies a bundle on the disk by the public key of its log. @throws as `verifyBundle` does. */
export function verifyBundleAt(path: string, vkey: string): VerifiedBundle {
  return verifyBundle(readBundle(path), (file) => verifyPortableReceipt(file, vkey).receipt)
}

/** The files of a bundle, in a directory or an archive. @throws `FILE_UNREADABLE`. */
export function readBundle(path: string): BundleContent {
  try {
    if (!statSync(path).isDirectory()) return parseTar(readBounded(path))
    const files = new Map<string, Uint8Array>()
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue
      const file = join(entry.parentPath, entry.name)
      const name = relative(path, file).split(sep).join('/')
      // A link could lead anywhere.
      if (!entry.isFile()) throw new PortcullisError('BUNDLE_INVALID', `\`${name}\` is no file`)
      files.set(name, readBounded(file))
    }
    return files
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError('FILE_UNREADABLE', `\`${path}\` cannot be read`, { cause })
  }
}

function readBounded(file: string): Buffer {
  if (statSync(file).size <= MAX_BUNDLE_BYTES) return readFileSync(file)
  throw new PortcullisError('BUNDLE_INVALID', `\`${file}\` is too long`)
}
