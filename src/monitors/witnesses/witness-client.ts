import { codeOf, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { formatAddCheckpoint } from '../../kernel/tlog/add-checkpoint.ts'
import { claimedCheckpoint, parseCount } from '../../kernel/tlog/checkpoint.ts'
import { cosignedAt } from '../../kernel/tlog/cosignature.ts'
import { formatSignature, parseNote, signatureOf } from '../../kernel/tlog/note.ts'
import type { PolicyWitness } from '../../kernel/tlog/witness-policy.ts'
import type { Clock } from '../../pipeline/ports.ts'
import type { HeadSource } from './head-source.ts'
import { type PostOptions, postCheckpoint, type WitnessAnswer } from './post-checkpoint.ts'

/** Times that a witness may name another size before it is left for the next round. */
export const MAX_CONFLICTS = 3

/** How long a witness that failed is left alone: at first, and at most, in milliseconds. */
export const REST_MS = { first: 1_000, most: 60_000 } as const

/** What came of submitting a head to a witness. */
export type Submission =
  /** Its cosignatures, found correct: lines for the note. */
  | { readonly kind: 'cosigned'; readonly lines: readonly string[] }
  /** It cosigned another history of this log: a longer one, or one that this does not continue. */
  | { readonly kind: 'forked'; readonly code: ErrorCode; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly reason: string }
  /** It failed a while ago and is not asked again yet. */
  | { readonly kind: 'resting' }

export interface WitnessClientOptions extends PostOptions {
  /** What stands before `/add-checkpoint`. */
  readonly url: string
  /** The witnesses of the policy that answer there: one that signs twice is two of them. */
  readonly witnesses: readonly PolicyWitness[]
  readonly source: Pick<HeadSource, 'checkpoint' | 'consistency'>
  readonly clock: Pick<Clock, 'elapsed'>
}

/** Submits heads to one witness (https://c2sp.org/tlog-witness), one at a time. */
export class WitnessClient {
  readonly #options: WitnessClientOptions
  /** The size that the witness cosigned last, as far as is known. */
  #lastSize = 0
  #failures = 0
  #restsUntil = 0

  constructor(options: WitnessClientOptions) {
    this.#options = options
  }

  get url(): string {
    return this.#options.url
  }

  /** Never rejects. `urgent`: somebody waits, so a witness that rests is asked all the same. */
  async submit(note: string, { urgent = false } = {}): Promise<Submission> {
    const { clock } = this.#options
    if (!urgent && clock.elapsed() < this.#restsUntil) return { kind: 'resting' }
    try {
      const submission = await this.#submit(note)
      if (submission.kind === 'cosigned') this.#failures = 0
      else this.#rest()
      return submission
    } catch (error) {
      this.#rest()
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'failed', code: codeOf(error), reason }
    }
  }

  #rest(): void {
    const restMs = Math.min(REST_MS.first * 2 ** this.#failures, REST_MS.most)
    this.#failures += 1
    this.#restsUntil = this.#options.clock.elapsed() + restMs
  }

  async #submit(note: string): Promise<Submission> {
    const { size } = claimedCheckpoint(note)
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const answer = await this.#post(note, size)
      switch (answer.status) {
        case 200: {
          const lines = this.#cosignatures(note, answer.body)
          this.#lastSize = size
          return { kind: 'cosigned', lines }
        }
        case 409: {
          const theirs = sizeIn(answer)
          const fork = this.#ifAhead(theirs)
          if (fork !== undefined) return fork
          this.#lastSize = theirs
          break
        }
        case 422:
          return {
            kind: 'forked',
            code: 'WITNESS_INCONSISTENT',
            reason: `it does not accept that size ${size} continues size ${this.#lastSize}`,
          }
        default:
          throw refusal(answer)
      }
    }
    throw new PortcullisError('WITNESS_CONFLICT', 'it names another size each time')
  }

  async #post(note: string, size: number): Promise<WitnessAnswer> {
    const { source, url } = this.#options
    // Whoever else submits our heads may have brought it a later one than this.
    const oldSize = Math.min(this.#lastSize, size)
    const proof = await source.consistency(oldSize, size)
    return postCheckpoint(url, formatAddCheckpoint({ oldSize, proof, note }), this.#options)
  }

  /** A witness cannot know more of this log than the log: if it does, leaves were lost here. */
  #ifAhead(theirs: number): Submission | undefined {
    const { size } = claimedCheckpoint(this.#options.source.checkpoint())
    if (theirs <= size) return undefined
    const reason = `it cosigned size ${theirs}, and the ledger has only ${size}`
    return { kind: 'forked', code: 'WITNESS_AHEAD', reason }
  }

  /** The cosignatures that the policy knows, each verified; all else is left out. */
  #cosignatures(note: string, body: string): readonly string[] {
    const parsed = parseAnswer(note, body)
    const lines = this.#options.witnesses.flatMap(({ key }) => {
      const signature = signatureOf(parsed, key)
      if (signature === undefined) return []
      const timestamp = cosignedAt(parsed, key)
      if (timestamp === 0) throw new PortcullisError('WITNESS_PROTOCOL', 'it says no time')
      return [formatSignature(key, signature)]
    })
    if (lines.length > 0) return lines
    throw new PortcullisError('WITNESS_PROTOCOL', 'it cosigned with no key that the policy has')
  }
}

function parseAnswer(note: string, body: string) {
  const { text } = parseNote(note)
  // Our own signatures are left out, so that theirs have all the room that a note has.
  const parsed = parseNote(`${text}\n${body}`)
  // A blank line in the answer would make it the end of the text.
  if (parsed.text === text) return parsed
  throw new PortcullisError('WITNESS_PROTOCOL', 'its answer is not lines of signatures')
}

function sizeIn({ type, body }: WitnessAnswer): number {
  const size = body.endsWith('\n') ? parseCount(body.slice(0, -1)) : undefined
  if (size !== undefined && type.split(';')[0] === 'text/x.tlog.size') return size
  throw new PortcullisError('WITNESS_PROTOCOL', 'it names no size with its conflict')
}

/** Its words are a stranger's: only the status is taken. */
function refusal({ status }: WitnessAnswer): PortcullisError {
  if (status === 404) return new PortcullisError('WITNESS_LOG_UNKNOWN', 'it watches another log')
  if (status === 403) {
    return new PortcullisError('WITNESS_SIGNATURE_REFUSED', 'it has another key for this log')
  }
  if (status === 429 || status >= 500) {
    return new PortcullisError('WITNESS_UNREACHABLE', `it answered with status ${status}`)
  }
  return new PortcullisError('WITNESS_PROTOCOL', `it answered with status ${status}`)
}
