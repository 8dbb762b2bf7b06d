import { PortcullisError } from '../../../kernel/errors.ts'
import { type Checkpoint, openCheckpoint } from '../../../kernel/tlog/checkpoint.ts'
import {
  hasSigned,
  logVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from '../../../kernel/tlog/note.ts'

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

/** A key of the node as its `vkey`, and the sizes of the node's log that it may sign. */
export interface SizedKey {
  readonly vkey: string
  readonly firstSize: number
  readonly lastSize?: number | undefined
}

/** Accepts heads that one of these keys of the node signed, where it may. */
export function judgeByKeys(keys: readonly (string | SizedKey)[]): LedgerJudge {
  const own = keys.map((key) => {
    const sized = typeof key === 'string' ? { vkey: key, firstSize: 0 } : key
    return { ...sized, key: parseVerifierKey(sized.vkey) }
  })
  return {
    head: judgeHeadsBy(own),
    seal: (bytes, signature) => own.some(({ key }) => hasSigned(key, bytes, signature)),
  }
}

function judgeHeadsBy(own: readonly (SizedKey & { readonly key: VerifierKey })[]): HeadJudge {
  const ofLogs = new Map<string, typeof own>()
  const keysOf = (origin: string) => {
    const known = ofLogs.get(origin)
    if (known !== undefined) return known
    const made = own.map((sized) => ({ ...sized, key: logVerifierKey(sized.key, origin) }))
    ofLogs.set(origin, made)
    return made
  }
  return (note, nodeSize) => {
    const origin = note.slice(0, note.indexOf('\n'))
    const opened = keysOf(origin).flatMap(({ key, firstSize, lastSize = nodeSize }) =>
      firstSize <= nodeSize && nodeSize <= lastSize ? openWith(note, key) : [],
    )
    const [checkpoint] = opened
    if (checkpoint !== undefined) return { checkpoint, verified: opened.length }
    const message = `no known key of \`${origin}\` signed it for size ${nodeSize} of the node`
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', message)
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
