import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { type Checkpoint, claimedCheckpoint, openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { sameHash } from '../../kernel/tlog/hash.ts'
import type { VerifierKey } from '../../kernel/tlog/note.ts'
import type { Files } from './files.ts'

/** The checkpoint that others were shown last. */
function publishedFile(directory: string): string {
  return join(directory, 'published', 'checkpoint')
}

export function readPublished(directory: string): string | undefined {
  const file = publishedFile(directory)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Replaces the published checkpoint in one step. */
export function writePublished(files: Files, directory: string, note: string): void {
  const target = publishedFile(directory)
  const draft = `${target}.new`
  files.makeDirectory(dirname(target))
  files.remove(draft)
  const file = files.open(draft, 'create')
  try {
    const bytes = Buffer.from(note, 'utf8')
    const written = files.write(file, bytes, 0)
    if (written !== bytes.length) throw new Error(`only ${written} bytes were written`)
    files.fdatasync(file)
  } finally {
    files.close(file)
  }
  files.rename(draft, target)
  files.syncDirectory(dirname(target))
}

/**
 * INVARIANT: no head is signed beside one that others have seen. A ledger that was put back from an
 * older copy is refused here, with `LEDGER_CORRUPT`; `head` is its last checkpoint.
 */
export function checkPublished(
  directory: string,
  head: string,
  keys: readonly VerifierKey[],
): void {
  const note = readPublished(directory)
  const shown = note === undefined ? undefined : signedCheckpoint(note, keys)
  if (shown === undefined) return
  const { size, root } = claimedCheckpoint(head)
  if (shown.size < size || (shown.size === size && sameHash(shown.root, root))) return
  const message = `checkpoint ${shown.size} was published, and the ledger ends with ${size}`
  throw new PortcullisError('LEDGER_CORRUPT', message)
}

/** The checkpoint in a note that one of the keys signed. */
export function signedCheckpoint(
  note: string,
  keys: readonly VerifierKey[],
): Checkpoint | undefined {
  for (const key of keys) {
    try {
      return openCheckpoint(note, key)
    } catch (error) {
      if (!(error instanceof PortcullisError)) throw error
    }
  }
  return undefined
}
