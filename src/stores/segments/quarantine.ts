import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Files } from './files.ts'
import { readBytes, segmentFile } from './segment-files.ts'
import type { Tail } from './tail.ts'

/** Ends the names of what no receipt tells of yet. */
const UNREPORTED = '.unreported'

/** In the names of what `portcullis ledger recover` set aside. */
export const DAMAGED_END = '-damaged'
export const REPLACED = '-replaced'

/** In the names of snapshots that were damaged and made again at a start. */
export const DAMAGED_SNAPSHOT = '-snapshot'

/**
 * Moves what a crash left behind the last whole group out of the way, and keeps it. A crash on the
 * way leaves the tail or its copy: what was torn is then moved again, or told of.
 */
export function quarantine(
  files: Files,
  directory: string,
  { at, bytes, mark = '' }: Tail & { readonly mark?: string },
): void {
  keep(files, directory, { at, bytes, mark })
  overwrite(files, directory, { at, bytes: Buffer.alloc(bytes.length) })
}

/** Puts other bytes where a segment is damaged, and keeps those that were there. */
export function mend(
  files: Files,
  directory: string,
  { at, bytes, mark }: Tail & { readonly mark: string },
): void {
  const file = openSync(segmentFile(directory, at.segment), 'r')
  const damaged = readBytes(file, at.offset, bytes.length)
  closeSync(file)
  keep(files, directory, { at, bytes: damaged, mark })
  overwrite(files, directory, { at, bytes })
}

function keep(
  files: Files,
  directory: string,
  { at, bytes, mark }: Tail & { readonly mark: string },
): void {
  const place = join(directory, 'quarantine')
  files.makeDirectory(place)
  const name = `${basename(segmentFile(directory, at.segment), '.seg')}-${at.offset}${mark}`
  const copy = files.open(unusedName(place, name), 'create')
  writeWhole(files, copy, { bytes, at: 0 })
  files.syncDirectory(place)
  files.syncDirectory(directory)
}

function overwrite(files: Files, directory: string, { at, bytes }: Tail): void {
  const file = files.open(segmentFile(directory, at.segment), 'existing')
  writeWhole(files, file, { bytes, at: at.offset })
}

/**
 * Puts a whole segment in the place of a damaged one, which is kept. A crash on the way leaves the
 * old one, or none and what is to be done again.
 */
export function replaceSegment(
  files: Files,
  directory: string,
  { segment, bytes }: { readonly segment: number; readonly bytes: Buffer },
): void {
  const target = segmentFile(directory, segment)
  const draft = `${target}.new`
  const place = join(directory, 'quarantine')
  files.remove(draft)
  writeWhole(files, files.open(draft, 'create'), { bytes, at: 0 })
  files.makeDirectory(place)
  const kept = unusedName(place, `${basename(target, '.seg')}${REPLACED}`)
  // Of one that was missing there is nothing to keep, but a receipt is to tell of it.
  if (existsSync(target)) files.rename(target, kept)
  else files.close(files.open(kept, 'create'))
  files.syncDirectory(place)
  files.syncDirectory(directory)
  files.rename(draft, target)
  files.syncDirectory(join(directory, 'segments'))
}

/** Names of what was moved away and no receipt tells of. */
export function unreported(directory: string): readonly string[] {
  const place = join(directory, 'quarantine')
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => name.endsWith(UNREPORTED))
  return names.map((name) => name.slice(0, -UNREPORTED.length)).sort()
}

/** A receipt tells of all that was moved away. */
export function markReported(files: Files, directory: string): void {
  const place = join(directory, 'quarantine')
  for (const name of unreported(directory)) {
    files.rename(join(place, `${name}${UNREPORTED}`), join(place, name))
    files.syncDirectory(place)
  }
}

function unusedName(place: string, name: string): string {
  const taken = new Set(readdirSync(place).map((file) => file.replace(UNREPORTED, '')))
  let copy = 1
  while (taken.has(copy === 1 ? name : `${name}-${copy}`)) copy += 1
  return join(place, `${copy === 1 ? name : `${name}-${copy}`}${UNREPORTED}`)
}

function writeWhole(files: Files, file: number, { bytes, at }: { bytes: Buffer; at: number }) {
  try {
    const written = files.write(file, bytes, at)
    if (written !== bytes.length) throw new Error(`only ${written} bytes were written`)
    files.fdatasync(file)
  } finally {
    files.close(file)
  }
}
