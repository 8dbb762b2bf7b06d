import {
  type AddCheckpoint,
  judgeAdvance,
  openSubmission,
  parseAddCheckpoint,
} from '../../kernel/tlog/add-checkpoint.ts'
import type { Checkpoint } from '../../kernel/tlog/checkpoint.ts'
import {
  type CosignerKey,
  cosignedMessage,
  formatCosignature,
} from '../../kernel/tlog/cosignature.ts'
import { isSignedByLog, type LogKey } from '../../kernel/tlog/log-key.ts'
import { formatSignature, parseNote, signatureOf } from '../../kernel/tlog/note.ts'
import type { TreeHead } from '../../kernel/tlog/proof.ts'
import type { Clock } from '../../pipeline/ports.ts'

/** The last head that was cosigned of a log; `at` in seconds since the epoch. */
export interface KnownHead extends TreeHead {
  readonly at: number
}

/** What a witness remembers. */
export interface Memory {
  /**
   * Checks and stores in one step: `judge` gives the next head, or nothing to keep the last one.
   * Durable when it returns.
   */
  advance(
    origin: string,
    judge: (known: KnownHead | undefined) => KnownHead | undefined,
  ): KnownHead | undefined
  /** Keeps a cosigned note to be shown. */
  show(origin: string, head: KnownHead, note: string): void
  shown(origin: string): string | undefined
}

/** A key of the witness. Signing is off the main thread where it takes long. */
export interface CosigningKey {
  readonly key: CosignerKey
  sign(message: Uint8Array): Promise<Uint8Array>
}

export interface Witnessing {
  /** The keys of the logs that are watched; their names are the origins. */
  readonly logs: readonly LogKey[]
  readonly book: Memory
  readonly cosigners: readonly CosigningKey[]
  readonly clock: Pick<Clock, 'now'>
}

/** Cosignature lines, or the size that the client has to begin with. */
export type Answered = { readonly origin: string; readonly size: number } & (
  | { readonly kind: 'cosigned'; readonly lines: string }
  | { readonly kind: 'conflict' }
)

/**
 * `add-checkpoint` of https://c2sp.org/tlog-witness: judge, store, and only then sign.
 * @throws PortcullisError `WITNESS_*` with the status that the protocol gives it.
 */
export async function addCheckpoint(body: string, witnessing: Witnessing): Promise<Answered> {
  const request = parseAddCheckpoint(body)
  const checkpoint = openSubmission(request, witnessing.logs)
  const { origin } = checkpoint
  const stored = store(request, checkpoint, witnessing)
  if ('conflict' in stored) return { kind: 'conflict', origin, size: stored.conflict }
  const { text } = parseNote(request.note)
  const lines = await cosign(text, stored.head.at, witnessing.cosigners)
  const shown = `${text}\n${logLines(request.note, witnessing.logs)}${lines}`
  witnessing.book.show(origin, stored.head, shown)
  return { kind: 'cosigned', origin, size: checkpoint.size, lines }
}

function store(
  request: AddCheckpoint,
  { origin, size, root }: Checkpoint,
  { book, clock }: Witnessing,
): { head: KnownHead } | { conflict: number } {
  let conflict = 0
  const head = book.advance(origin, (known) => {
    const judgement = judgeAdvance(request, { size, root }, known)
    if (judgement.kind === 'advance') {
      // A later cosignature never bears an earlier time, whatever the clock does.
      return { size, root, at: Math.max(Math.floor(clock.now() / 1000), known?.at ?? 1) }
    }
    conflict = judgement.size
    return undefined
  })
  return head === undefined ? { conflict } : { head }
}

async function cosign(text: string, at: number, keys: readonly CosigningKey[]): Promise<string> {
  const lines = await Promise.all(
    keys.map(async ({ key, sign }) =>
      formatCosignature(key, at, await sign(cosignedMessage(key, text, at))),
    ),
  )
  return lines.join('')
}

/** The signatures that were verified; what else the client sent is not passed on. */
function logLines(note: string, logs: readonly LogKey[]): string {
  const parsed = parseNote(note)
  const origin = parsed.text.slice(0, parsed.text.indexOf('\n'))
  const ours = logs.filter((key) => key.name === origin && isSignedByLog(parsed, key))
  return ours
    .map((key) => formatSignature(key, signatureOf(parsed, key) ?? new Uint8Array()))
    .join('')
}
