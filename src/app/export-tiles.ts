import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import { type Checkpoint, claimedCheckpoint } from '../kernel/tlog/checkpoint.ts'
import { sameHash } from '../kernel/tlog/hash.ts'
import { rootAt } from '../kernel/tlog/proof.ts'
import { TILE_WIDTH } from '../kernel/tlog/tiled-tree.ts'
import { tilePath, tilesOf } from '../kernel/tlog/tiles.ts'
import type { LedgerReader, LogReader } from '../stores/segments/read-ledger.ts'
import { tileBytes } from './log-tiles.ts'
import { reading } from './read-receipts.ts'

/** What an export made of a directory. */
export interface ExportedTiles {
  readonly origin: string
  readonly size: number
  /** Files that were written, and full tiles that were there already. */
  readonly written: number
  readonly kept: number
}

/**
 * Writes the tiles, the entries and last the checkpoint of a log into a directory, the node log or
 * that of a tenant. A full tile that is there stays as it is. A directory that has a later head of
 * the log, another tree or another log is refused with `LEDGER_EXPORT_CONFLICT`.
 */
export async function exportTiles(
  directory: string,
  target: string,
  tenant?: string,
): Promise<ExportedTiles> {
  return reading(directory, (reader) => {
    const log = tenant === undefined ? reader.node : reader.of(tenant)
    const note = tenant === undefined ? publishedNote(reader) : log.checkpoint()
    const { origin, size } = claimedCheckpoint(note)
    checkEarlier(join(target, 'checkpoint'), log, claimedCheckpoint(note))
    let [written, kept] = [0, 0]
    for (const resource of tilesOf(size)) {
      if (resource.kind === 'checkpoint') continue
      const file = join(target, tilePath(resource))
      const isFull = resource.width === TILE_WIDTH
      if (isFull && existsSync(file) && statSync(file).size > 0) {
        kept += 1
        continue
      }
      const bytes = tileBytes(log, size, resource)
      // Entries that were taken out after their time leave no bundle; the tree stays whole.
      if (bytes === undefined) continue
      replaceFile(file, bytes)
      written += 1
    }
    replaceFile(join(target, 'checkpoint'), Buffer.from(note, 'utf8'))
    return { origin, size, written: written + 1, kept }
  })
}

/** The checkpoint that others are shown, as long as it is of this log. */
function publishedNote(reader: LedgerReader): string {
  return reader.node.published()
}

function checkEarlier(file: string, log: LogReader, now: Checkpoint): void {
  if (!existsSync(file)) return
  const earlier = claimedCheckpoint(readFileSync(file, 'utf8'))
  const isPrefix =
    earlier.origin === now.origin &&
    earlier.size <= now.size &&
    sameHash(rootAt(earlier.size, log.subtrees(now.size)), earlier.root)
  if (isPrefix) return
  const message = `\`${file}\` is no earlier head of \`${now.origin}\` at ${now.size}`
  throw new PortcullisError('LEDGER_EXPORT_CONFLICT', message)
}

/** Replaces a file in one step. */
function replaceFile(file: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const draft = `${file}.${process.pid}.new`
    writeFileSync(draft, bytes, { mode: 0o644, flush: true })
    renameSync(draft, file)
  } catch (cause) {
    throw new PortcullisError('FILE_UNWRITABLE', `\`${file}\` cannot be written`, { cause })
  }
}
