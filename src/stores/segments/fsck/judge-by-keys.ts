import { verify } from 'node:crypto'
import { PortcullisError } from '../../../kernel/errors.ts'
import { type Checkpoint, openCheckpoint } from '../../../kernel/tlog/checkpoint.ts'
import { logVerifierKey, parseVerifierKey, type VerifierKey } from '../../../kernel/tlog/note.ts'

export interface JudgedNote {
  readonly checkpoint: Checkpoint
  /** How many of the signature lines were verified. */
  readonly verified: number
}

/**
 * Judges the signatures on a head of the node's log or of one of its tenants' logs; `nodeSize` is
 * the size of the node's log where the head stands, since keys are retired by that.
 * Throws `CHECKPOINT_INVALID` or `CHECKPOINT_UNTRUSTED`, or why its key does not count there.
 */
export type HeadJudge = (note: string, nodeSize: number) => JudgedNote

/** Whose signatures count in a ledger. */
export interface LedgerJudge {
  readonly head: HeadJudge
  /** Did an accepted key sign these bytes, which are no head? */
  seal(bytes: Uint8Array, signature: Uint8Array): boolean
}

/** Accepts heads that one of these keys of the node signed; each is given by its `vkey`. */
export function judgeByKeys(vkeys: readonly string[]): LedgerJudge {
  const own = vkeys.map(parseVerifierKey)
  return {
    head: judgeHeadsBy(own),
    seal: (bytes, signature) =>
      own.some(({ publicKey }) => verify(null, bytes, publicKey, signature)),
  }
}

function judgeHeadsBy(own: readonly VerifierKey[]): HeadJudge {
  const keys = new Map<string, readonly VerifierKey[]>()
  const keysOf = (origin: string) => {
    const known = keys.get(origin)
    if (known !== undefined) return known
    const made = own.map((key) => logVerifierKey(key, origin))
    keys.set(origin, made)
    return made
  }
  return (note) => {
    const origin = note.slice(0, note.indexOf('\n'))
    const opened = keysOf(origin).flatMap((key) => openWith(note, key))
    const [checkpoint] = opened
    if (checkpoint !== undefined) return { checkpoint, verified: opened.length }
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', `no known key of \`${origin}\` signed it`)
  }
}

function openWith(note: string, key: VerifierKey): Checkpoint[] {
  try {
    return [openCheckpoint(note, key)]
  } catch (error) {
    const unsigned = error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED'
    if (unsigned) return []
    throw error
  }
}
