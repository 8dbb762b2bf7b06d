import { codeOf, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import {
  type CosignerKey,
  cosignedMessage,
  formatCosignature,
} from '../../kernel/tlog/cosignature.ts'
import { parseNote } from '../../kernel/tlog/note.ts'
import { cosignersOf, isQuorum } from '../../kernel/tlog/quorum.ts'
import type { WitnessPolicy } from '../../kernel/tlog/witness-policy.ts'
import type { Alarm, Clock, Finality, Log } from '../../pipeline/ports.ts'
import type { HeadSource } from './head-source.ts'
import type { Submission, WitnessClient } from './witness-client.ts'

/** How often heads are brought to the witnesses while nobody waits, in milliseconds. */
export const DEFAULT_WITNESS_INTERVAL_MS = 5_000

/** Shortest time between two heads that are published, in milliseconds: ML-DSA-44 is costly. */
export const MIN_PUBLICATION_INTERVAL_MS = 1_000

/** How long an action waits to be witnessed before it is refused, in milliseconds. */
export const DEFAULT_FINALITY_WAIT_MS = 30_000

/** Actions that may wait to be witnessed at once. */
export const MAX_FINALITY_WAITERS = 4_096

/** A key of the log that signs beside its Ed25519 key. Signing must not hold up the caller. */
export interface PostQuantumSigner {
  readonly key: CosignerKey
  sign(message: Uint8Array): Promise<Uint8Array>
}

export interface HeadPublisherOptions {
  readonly source: HeadSource
  readonly log: Log
  readonly clock: Clock
  readonly alarm: Alarm
  /** Asked for each head anew: keys come and go. While one takes over from another both sign. */
  readonly postQuantum?: (() => readonly PostQuantumSigner[]) | undefined
  /** Whose cosignatures are enough; without it nothing is ever witnessed. */
  readonly policy?: WitnessPolicy | undefined
  readonly clients: readonly WitnessClient[]
  readonly intervalMs?: number
  readonly finalityWaitMs?: number
  /** Called once for each witness that begins to contradict the ledger. */
  onFork?(witness: string, code: ErrorCode, reason: string): void
}

interface Waiter {
  /** The size that has to be witnessed. */
  readonly size: number
  readonly settle: (failure?: PortcullisError) => void
}

/**
 * Takes the newest durable head, has it signed with ML-DSA-44 and cosigned, and publishes it: every
 * few seconds, and within a second where an action waits for it. One head is under way at a time.
 */
export class HeadPublisher implements Finality {
  readonly #options: HeadPublisherOptions
  readonly #waiters = new Set<Waiter>()
  /** What the last answer of each witness was that contradicted the ledger. */
  readonly #forks = new Map<string, string>()
  readonly #failing = new Set<string>()
  readonly #unsubscribe: () => void
  #published = -1
  #lastStart = Number.NEGATIVE_INFINITY
  #alarm: { readonly dueAt: number; readonly stop: () => void } | undefined
  #round: Promise<void> | undefined
  #closed = false

  constructor(options: HeadPublisherOptions) {
    this.#options = options
    this.#unsubscribe = options.source.onHead(() => this.#plan())
    this.#plan()
  }

  /**
   * Resolves when all that is durable now is under a head that the quorum cosigned.
   * @throws PortcullisError `FINALITY_UNAVAILABLE` without witnesses or with too many who wait,
   * `FINALITY_BLOCKED` while a witness contradicts the ledger, `FINALITY_TIMEOUT`.
   */
  witnessed(): Promise<void> {
    const { source, policy, alarm, finalityWaitMs = DEFAULT_FINALITY_WAIT_MS } = this.#options
    if (policy === undefined) return unavailable('there are no witnesses')
    if (this.#closed) return unavailable('the runtime stops')
    if (this.#forks.size > 0) return Promise.reject(this.#blocked())
    if (this.#waiters.size >= MAX_FINALITY_WAITERS) return unavailable('too many actions wait')
    const { size } = claimedCheckpoint(source.checkpoint())
    if (size <= this.#published) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const stop = alarm.after(finalityWaitMs, () => {
        const message = `size ${size} was not witnessed within ${finalityWaitMs} ms`
        waiter.settle(new PortcullisError('FINALITY_TIMEOUT', message))
      })
      const waiter: Waiter = {
        size,
        settle: (failure) => {
          stop()
          this.#waiters.delete(waiter)
          if (failure === undefined) resolve()
          else reject(failure)
        },
      }
      this.#waiters.add(waiter)
      this.#plan()
    })
  }

  /** Waits for the round under way; whoever still waits is refused. */
  async close(): Promise<void> {
    this.#closed = true
    this.#unsubscribe()
    this.#alarm?.stop()
    const stopping = new PortcullisError('FINALITY_UNAVAILABLE', 'the runtime stops')
    for (const waiter of [...this.#waiters]) waiter.settle(stopping)
    await this.#round
  }

  /** Sets the alarm for the next round, or moves it forward. Cheap: it is called with each head. */
  #plan(): void {
    if (this.#closed || this.#round !== undefined) return
    const { clock, alarm, clients, intervalMs = DEFAULT_WITNESS_INTERVAL_MS } = this.#options
    const leisurely = clients.length > 0 && this.#waiters.size === 0
    const restMs = leisurely
      ? Math.max(intervalMs, MIN_PUBLICATION_INTERVAL_MS)
      : MIN_PUBLICATION_INTERVAL_MS
    const dueAt = this.#lastStart + restMs
    if (this.#alarm !== undefined && this.#alarm.dueAt <= dueAt) return
    this.#alarm?.stop()
    const stop = alarm.after(Math.max(0, dueAt - clock.elapsed()), () => {
      this.#alarm = undefined
      this.#round = this.#publish().finally(() => {
        this.#round = undefined
        if (this.#isBehind()) this.#plan()
      })
    })
    this.#alarm = { dueAt, stop }
  }

  #isBehind(): boolean {
    return claimedCheckpoint(this.#options.source.checkpoint()).size > this.#published
  }

  /** One round. Never rejects: what fails is told, and tried again with the next one. */
  async #publish(): Promise<void> {
    const { source, clock, log, policy } = this.#options
    this.#lastStart = clock.elapsed()
    try {
      const head = source.checkpoint()
      const { size } = claimedCheckpoint(head)
      if (size <= this.#published) return
      const note = await this.#cosigned(await this.#signed(head))
      if (this.#forks.size > 0) return
      if (policy !== undefined && !meets(note, policy)) return
      await source.publish(note)
      this.#published = size
      for (const waiter of [...this.#waiters]) if (waiter.size <= size) waiter.settle()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log.error('witness.round_failed', { code: codeOf(error), reason })
    }
  }

  /** With the log's ML-DSA-44 signatures beside those that it has. */
  async #signed(head: string): Promise<string> {
    const { postQuantum = () => [], clock } = this.#options
    const timestamp = Math.floor(clock.now() / 1000)
    const { text } = parseNote(head)
    const lines = await Promise.all(
      postQuantum().map(async ({ key, sign }) => {
        const signature = await sign(cosignedMessage(key, text, timestamp))
        return formatCosignature(key, timestamp, signature)
      }),
    )
    return head + lines.join('')
  }

  /** With all cosignatures that come. */
  async #cosigned(note: string): Promise<string> {
    const urgent = this.#waiters.size > 0
    const submissions = await Promise.all(
      this.#options.clients.map(async (client) => {
        const submission = await client.submit(note, { urgent })
        this.#note(client.url, submission)
        return submission
      }),
    )
    if (this.#forks.size > 0) {
      for (const waiter of [...this.#waiters]) waiter.settle(this.#blocked())
    }
    const lines = submissions.flatMap((one) => (one.kind === 'cosigned' ? one.lines : []))
    return note + lines.join('')
  }

  /** Tells of a witness when something about it changes, and not again with every round. */
  #note(witness: string, submission: Submission): void {
    const { log, onFork } = this.#options
    switch (submission.kind) {
      case 'cosigned':
        if (this.#failing.delete(witness)) log.info('witness.back', { witness })
        this.#forks.delete(witness)
        break
      case 'failed': {
        const { code, reason } = submission
        if (!this.#failing.has(witness)) log.warn('witness.lost', { witness, code, reason })
        this.#failing.add(witness)
        break
      }
      case 'forked': {
        const { code, reason } = submission
        const known = this.#forks.has(witness)
        this.#forks.set(witness, reason)
        this.#failing.add(witness)
        if (known) break
        log.error('witness.forked', { witness, code, reason })
        onFork?.(witness, code, reason)
        break
      }
      case 'resting':
        break
    }
  }

  #blocked(): PortcullisError {
    const [[witness, reason] = ['', '']] = this.#forks
    return new PortcullisError('FINALITY_BLOCKED', `\`${witness}\` contradicts: ${reason}`)
  }
}

function unavailable(why: string): Promise<never> {
  return Promise.reject(new PortcullisError('FINALITY_UNAVAILABLE', why))
}

function meets(note: string, policy: WitnessPolicy): boolean {
  const names = cosignersOf(parseNote(note), policy).map(({ name }) => name)
  return isQuorum(new Set(names), policy)
}
