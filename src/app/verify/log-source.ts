/** Where the files of a log come from. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Hash } from '../../kernel/tlog/hash.ts'
import { HASH_BYTES } from '../../kernel/tlog/hash.ts'
import { MAX_NOTE_LENGTH } from '../../kernel/tlog/note.ts'
import type { SubtreeReader } from '../../kernel/tlog/proof.ts'
import { completeRoot, TILE_HEIGHT, TILE_WIDTH } from '../../kernel/tlog/tiled-tree.ts'
import {
  hashesAtLevel,
  MAX_ENTRY_BYTES,
  type TileResource,
  tilePath,
} from '../../kernel/tlog/tiles.ts'

export interface LogSource {
  /** For people: a directory, or an address. */
  readonly name: string
  /** The bytes of a file of the log, nothing if there is none. Rejects if it can't be asked. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>
}

/** A log as files in a directory. */
export function directorySource(directory: string): LogSource {
  return {
    name: directory,
    async read(path, maxBytes) {
      try {
        const bytes = await readFile(join(directory, path))
        return bytes.length <= maxBytes ? bytes : undefined
      } catch (cause) {
        const missing =
          cause instanceof Error && 'code' in cause && /^(?:ENOENT|ENOTDIR)$/.test(`${cause.code}`)
        if (missing) return undefined
        throw new PortcullisError('FILE_UNREADABLE', `\`${path}\` cannot be read`, { cause })
      }
    },
  }
}

/** The signed checkpoint of a log; throws `CHECKPOINT_INVALID` where there is none. */
export async function readNote(source: LogSource): Promise<string> {
  const bytes = await source.read('checkpoint', MAX_NOTE_LENGTH)
  try {
    if (bytes !== undefined) {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    }
  } catch (cause) {
    throw new PortcullisError('CHECKPOINT_INVALID', 'the checkpoint is not UTF-8', { cause })
  }
  throw new PortcullisError('CHECKPOINT_INVALID', `\`${source.name}\` has no checkpoint`)
}

/** A tile that is not there, or is not as long as it has to be. */
export class TileMissing extends Error {
  readonly path: string

  constructor(path: string) {
    super(`\`${path}\` is missing or cut`)
    this.path = path
  }
}

type HashTile = Extract<TileResource, { readonly kind: 'tile' }>

/**
 * The hashes of a tile. A partial one may be gone since the log has grown: the full one has them.
 * Rejects with `TileMissing`.
 */
export async function readHashes(source: LogSource, tile: HashTile): Promise<readonly Hash[]> {
  const path = tilePath(tile)
  let bytes = await source.read(path, tile.width * HASH_BYTES)
  if (bytes === undefined && tile.width < TILE_WIDTH) {
    const whole = await source.read(
      tilePath({ ...tile, width: TILE_WIDTH }),
      TILE_WIDTH * HASH_BYTES,
    )
    bytes = whole?.length === TILE_WIDTH * HASH_BYTES ? whole : undefined
    bytes = bytes?.subarray(0, tile.width * HASH_BYTES)
  }
  if (bytes?.length !== tile.width * HASH_BYTES) throw new TileMissing(path)
  return Array.from({ length: tile.width }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
}

/** The bytes of a bundle of entries, or of the full one in its place; nothing if there is none. */
export async function readBundle(
  source: LogSource,
  index: number,
  width: number,
): Promise<Uint8Array | undefined> {
  const max = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
  const bundle = await source.read(tilePath({ kind: 'entries', index, width }), max)
  if (bundle !== undefined || width === TILE_WIDTH) return bundle
  return source.read(tilePath({ kind: 'entries', index, width: TILE_WIDTH }), max)
}

/** The tile that holds hash `index` of a level of a tree of `size` leaves. */
export function tileAt(level: number, index: number, size: number): HashTile {
  const tile = Math.floor(index / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, hashesAtLevel(level, size) - tile * TILE_WIDTH)
  return { kind: 'tile', level, index: tile, width }
}

/**
 * Makes a proof out of the tiles that it needs. `prove` is called twice: which hashes it asks for
 * must depend on sizes alone.
 */
export async function fromTiles<T>(
  source: LogSource,
  size: number,
  prove: (read: SubtreeReader) => T,
): Promise<T> {
  const needed = new Map<string, HashTile>()
  const at = (height: number, index: number) => {
    const level = Math.floor(height / TILE_HEIGHT)
    const width = 2 ** (height % TILE_HEIGHT)
    return { tile: tileAt(level, index * width, size), first: (index * width) % TILE_WIDTH, width }
  }
  prove((height, index) => {
    const { tile } = at(height, index)
    needed.set(tilePath(tile), tile)
    return new Uint8Array(HASH_BYTES)
  })
  const loaded = new Map<string, readonly Hash[]>()
  for (const [path, tile] of needed) loaded.set(path, await readHashes(source, tile))
  return prove((height, index) => {
    const { tile, first, width } = at(height, index)
    return completeRoot((loaded.get(tilePath(tile)) ?? []).slice(first, first + width))
  })
}
