import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseCount } from './checkpoint.ts'
import { HASH_BYTES, type Hash } from './tree-hash.ts'

/** Most hashes an inclusion proof can have: the height of a tree of exact integer size. */
export const MAX_PROOF_HASHES = 53

/** That a leaf is in a log: its index, the way up to the root, and the checkpoint as signed. */
export interface TlogProof {
  readonly index: number
  readonly path: readonly Hash[]
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'

/** The text of https://c2sp.org/tlog-proof, without the optional `extra` line. */
export function formatTlogProof({ index, path, checkpoint }: TlogProof): string {
  const lines = [HEADER, `index ${index}`, ...path.map(encodeBase64)]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/**
 * Reads a proof or throws `PROOF_INVALID`. The checkpoint is not looked at. An `extra` line is
 * refused: nothing authenticates it.
 */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  const [header, indexLine = '', ...hashes] = text.slice(0, Math.max(split, 0)).split('\n')
  const index = indexLine.startsWith('index ') ? parseCount(indexLine.slice(6)) : undefined
  if (header !== HEADER || index === undefined || hashes.length > MAX_PROOF_HASHES) {
    throw new PortcullisError('PROOF_INVALID', 'the proof is not well formed')
  }
  return { index, path: hashes.map(parseHash), checkpoint: text.slice(split + 2) }
}

function parseHash(line: string): Hash {
  const hash = decodeBase64(line)
  if (hash?.length !== HASH_BYTES) {
    throw new PortcullisError('PROOF_INVALID', 'a line of the proof is not a hash')
  }
  return hash
}
