import { verify } from 'node:crypto'
import { PortcullisError } from '../../../kernel/errors.ts'
import { decodeBase64 } from '../../../kernel/tlog/base64.ts'
import { type Checkpoint, openCheckpoint } from '../../../kernel/tlog/checkpoint.ts'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../../kernel/tlog/note.ts'

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
    head: judgeHeadsBy(vkeys),
    seal: (bytes, signature) =>
      own.some(({ publicKey }) => verify(null, bytes, publicKey, signature)),
  }
}

function judgeHeadsBy(vkeys: readonly string[]): HeadJudge {
  const keys = new Map<string, readonly VerifierKey[]>()
  const keysOf = (origin: string) => {
    const known = keys.get(origin)
    if (known !== undefined) return known
    const made = vkeys.map((vkey) => keyOfLog(vkey, origin))
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

/** The node signs all its logs with one key, under the name of each. */
function keyOfLog(vkey: string, origin: string): VerifierKey {
  const { name } = parseVerifierKey(vkey)
  if (origin === name) return parseVerifierKey(vkey)
  if (!origin.startsWith(`${name}/l/`)) {
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', `\`${origin}\` is no log of \`${name}\``)
  }
  const typed = decodeBase64(vkey.split('+').slice(2).join('+')) ?? new Uint8Array(0)
  return parseVerifierKey(formatVerifierKey(origin, typed.subarray(1)))
}
