/**
 * A log as static files, as https://c2sp.org/tlog-tiles has them: tiles of hashes, bundles of
 * entries, and the checkpoint. Whoever has the files can make every proof.
 */
import { PortcullisError } from '../errors.ts'
import { TILE_HEIGHT, TILE_WIDTH } from './tiled-tree.ts'

/** Highest tile level that the format knows. */
export const MAX_TILE_LEVEL = 63

/** Longest entry in a bundle, in bytes: its length is written as a u16. */
export const MAX_ENTRY_BYTES = 0xffff

/** Media types of the resources, where they are served. */
export const TILE_TYPE = 'application/octet-stream'
export const CHECKPOINT_TYPE = 'text/plain; charset=utf-8'

/** What a path of the log names. `width` is 256 for what is full. */
export type TileResource =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number }
  | {
      readonly kind: 'tile'
      readonly level: number
      readonly index: number
      readonly width: number
    }

/** The path of a resource below the address of the log: `tile/0/x001/x234/067.p/8`. */
export function tilePath(resource: TileResource): string {
  if (resource.kind === 'checkpoint') return 'checkpoint'
  const first = resource.kind === 'entries' ? 'entries' : String(resource.level)
  const partial = resource.width === TILE_WIDTH ? '' : `.p/${resource.width}`
  return `tile/${first}/${indexPath(resource.index)}${partial}`
}

const PATH =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** What a path names, or undefined for one that `tilePath` does not write. */
export function parseTilePath(path: string): TileResource | undefined {
  if (path === 'checkpoint') return { kind: 'checkpoint' }
  const [, first, digits, partial] = PATH.exec(path) ?? []
  if (first === undefined || digits === undefined) return undefined
  const index = Number(digits.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const level = Number(first)
  const resource: TileResource =
    first === 'entries' ? { kind: 'entries', index, width } : { kind: 'tile', level, index, width }
  // One resource has one path: no leading zeros, no `.p/256`.
  const own = Number.isSafeInteger(index) && tilePath(resource) === path
  return own && width <= TILE_WIDTH && !(level > MAX_TILE_LEVEL) ? resource : undefined
}

/** Thousands from the left, all but the last marked by an `x`. */
function indexPath(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g) ?? []
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

/**
 * All resources of a log of `size` entries but the checkpoint: full tiles, and the partial one at
 * the right edge of each level.
 */
export function* tilesOf(size: number): Generator<TileResource> {
  yield* atLevel(size, (index, width) => ({ kind: 'entries', index, width }))
  for (let level = 0, count = size; count > 0; level += 1) {
    yield* atLevel(count, (index, width) => ({ kind: 'tile', level, index, width }))
    count = Math.floor(count / TILE_WIDTH)
  }
}

function* atLevel(
  count: number,
  resource: (index: number, width: number) => TileResource,
): Generator<TileResource> {
  const full = Math.floor(count / TILE_WIDTH)
  for (let index = 0; index < full; index += 1) yield resource(index, TILE_WIDTH)
  if (count % TILE_WIDTH > 0) yield resource(full, count % TILE_WIDTH)
}

/** How many hashes there are on a tile level of a tree of `size` leaves. */
export function hashesAtLevel(level: number, size: number): number {
  return Math.floor(size / 2 ** (TILE_HEIGHT * level))
}

/** Entries as a bundle: each behind its length, a big-endian u16. */
export function formatEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, { length }) => sum + 2 + length, 0))
  let offset = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw malformed(`an entry of ${entry.length} bytes`)
    bundle.set([entry.length >> 8, entry.length & 0xff], offset)
    bundle.set(entry, offset + 2)
    offset += 2 + entry.length
  }
  return bundle
}

/** The entries of a bundle; throws `TILE_INVALID` unless it ends with the last of them. */
export function parseEntries(bundle: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let offset = 0; offset < bundle.length; ) {
    const [high = 0, low] = bundle.subarray(offset, offset + 2)
    if (low === undefined) throw malformed('a length is cut short')
    const end = offset + 2 + high * 256 + low
    if (end > bundle.length) throw malformed('an entry is cut short')
    entries.push(bundle.subarray(offset + 2, end))
    offset = end
  }
  return entries
}

function malformed(why: string): PortcullisError {
  return new PortcullisError('TILE_INVALID', `the bundle of entries is malformed: ${why}`)
}
