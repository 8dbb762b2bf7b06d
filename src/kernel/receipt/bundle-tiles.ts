import { PortcullisError } from '../errors.ts'
import { claimedCheckpoint } from '../tlog/checkpoint.ts'
import { leafHash, sameHash } from '../tlog/hash.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { verifyTiles } from '../tlog/verify-tiles.ts'
import { parsePortable } from './portable.ts'

const encoder = new TextEncoder()

/** Where a bundle has tiles of its log: below, the paths are those of C2SP tlog-tiles. */
export const TILES_FOLDER = 'tiles/'

/**
 * Verifies the tiles of a bundle by its receipts, each of which was proved already: their one
 * checkpoint stands with the tiles, and the tiles hold the receipts.
 * @throws PortcullisError `BUNDLE_INVALID`, `TILE_INVALID`.
 */
export function verifyBundleTiles(
  files: ReadonlyMap<string, Uint8Array>,
  receipts: readonly { readonly seq: number; readonly exported: string }[],
): void {
  const tiles = new Map<string, Uint8Array>()
  for (const [path, bytes] of files) {
    if (path.startsWith(TILES_FOLDER)) tiles.set(path.slice(TILES_FOLDER.length), bytes)
  }
  const leaves = receipts.map(({ seq, exported }) => {
    const { receipt, proof } = parsePortable(exported)
    return { seq, leaf: encoder.encode(receipt), checkpoint: parseTlogProof(proof).checkpoint }
  })
  const checkpoint = leaves[0]?.checkpoint ?? ''
  const shown = tiles.get('checkpoint')
  tiles.delete('checkpoint')
  const isOne = leaves.every((leaf) => leaf.checkpoint === checkpoint)
  if (!isOne || shown === undefined || !sameHash(shown, encoder.encode(checkpoint))) {
    throw new PortcullisError('BUNDLE_INVALID', 'its receipts are not under the head of its tiles')
  }
  const seqs = leaves.map(({ seq }) => seq)
  const hashAt = verifyTiles(tiles, claimedCheckpoint(checkpoint), seqs)
  for (const { seq, leaf } of leaves) {
    if (sameHash(hashAt(seq), leafHash(leaf))) continue
    throw new PortcullisError('TILE_INVALID', `the tiles have another receipt ${seq}`)
  }
}
