/** Logs as tiles in memory, and as the files of a directory. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LogSource } from '../../src/app/verify/log-source.ts'
import { leafHash, nodeHash } from '../../src/kernel/tlog/hash.ts'
import { TILE_WIDTH } from '../../src/kernel/tlog/tiled-tree.ts'
import { formatEntries, tilePath, tilesOf } from '../../src/kernel/tlog/tiles.ts'

/** The files of a log by their paths. */
export type TileFiles = ReadonlyMap<string, Uint8Array>

/** All files of a log of these leaves under this signed checkpoint. */
export function tileFiles(leaves: readonly string[], checkpoint: string): TileFiles {
  const bytes = leaves.map((leaf) => Buffer.from(leaf, 'utf8'))
  const levels = [bytes.map((leaf) => leafHash(leaf))]
  for (let below = levels[0] ?? []; below.length >= TILE_WIDTH; below = levels.at(-1) ?? []) {
    levels.push(
      Array.from({ length: Math.floor(below.length / TILE_WIDTH) }, (_, at) =>
        completeRoot(below.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
      ),
    )
  }
  const files = new Map<string, Uint8Array>([['checkpoint', Buffer.from(checkpoint)]])
  for (const resource of tilesOf(leaves.length)) {
    if (resource.kind === 'checkpoint') continue
    const { index, width } = resource
    const [start, end] = [index * TILE_WIDTH, index * TILE_WIDTH + width]
    const content =
      resource.kind === 'entries'
        ? formatEntries(bytes.slice(start, end))
        : Buffer.concat((levels[resource.level] ?? []).slice(start, end))
    files.set(tilePath(resource), content)
  }
  return files
}

function completeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [only, second] = hashes
  if (only !== undefined && second === undefined) return only
  const half = hashes.length / 2
  return nodeHash(completeRoot(hashes.slice(0, half)), completeRoot(hashes.slice(half)))
}

export function memorySource(files: TileFiles): LogSource {
  return {
    name: 'memory',
    async read(path, maxBytes) {
      const bytes = files.get(path)
      return bytes === undefined || bytes.length > maxBytes ? undefined : bytes
    },
  }
}

export function writeTiles(directory: string, files: TileFiles): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
}
