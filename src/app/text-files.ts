/** Texts that the command line is given, and that it leaves behind. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'

/** The text of a file that was named on the command line; throws `FILE_UNREADABLE`. */
export function readTextFile(file: string): string {
  try {
    // A byte order mark is not taken off: it is no part of what was signed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readBytes(file))
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` is no text`, { cause })
  }
}

/** The bytes of such a file. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read`, { cause })
  }
}

/**
 * Replaces a file in one step: a crash leaves the old content or the new. Where `settle`
 * makes of the new file what it is to be, its owner alone may read it until then.
 * @throws PortcullisError `FILE_UNWRITABLE`, with the old file in its place.
 */
export function writeWhole(file: string, content: string, settle?: (draft: string) => void): void {
  const draft = `${file}.${process.pid}.new`
  try {
    const mode = settle === undefined ? 0o644 : 0o600
    writeFileSync(draft, content, { mode, flush: true })
    settle?.(draft)
    renameSync(draft, file)
    const directory = openSync(dirname(file), 'r')
    fsyncSync(directory)
    closeSync(directory)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw new PortcullisError('FILE_UNWRITABLE', `\`${file}\` cannot be written`, { cause })
  }
}
