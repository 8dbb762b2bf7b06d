import {
  type Advance,
  type ApprovalEvent,
  type ApprovalStep,
  advance,
  nextDue,
  standing,
} from '../../kernel/approvals/advance.ts'
import {
  type ApprovalRequest,
  type Binding,
  isOpen,
  type Vote,
  type Voter,
} from '../../kernel/approvals/approval-request.ts'
import { codeOf, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { BY_RUNTIME, type EventBy } from '../../kernel/receipt/event-draft.ts'
import type {
  Alarm,
  ApprovalStore,
  Approvals,
  ApprovalUse,
  ApprovalWait,
  Clock,
  HeldAction,
  Ids,
  Ledger,
  Log,
} from '../ports.ts'
import { stepReceipt } from './step-receipt.ts'
import { Waiting } from './waiting.ts'

/** How much may wait, and for how long a call waits before the agent is told to ask again. */
export interface ApprovalLimits {
  readonly waitMs: number
  /** Requests of one agent that are pending or granted and not used yet. */
  readonly pendingPerAgent: number
  /** The same of all agents together. */
  readonly pending: number
}

export const DEFAULT_APPROVAL_LIMITS: ApprovalLimits = {
  waitMs: 5 * 60_000,
  pendingPerAgent: 32,
  pending: 1_024,
}

/** Characters of the reason that an approver gives. */
export const REASON_LIMIT = 500
/** Longest sleep between two looks at what is due, in milliseconds. */
export const LONGEST_SLEEP_MS = 60 * 60_000
/** How soon what could not be done is tried again, in milliseconds. */
export const RETRY_AFTER_MS = 5_000

export interface DeskOptions {
  readonly store: ApprovalStore
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly alarm: Alarm
  readonly log: Log
  /** Digest of the policies in force. */
  readonly policyVersion: () => string
  readonly limits?: Partial<ApprovalLimits>
}

export interface Ballot {
  readonly voter: Voter
  readonly verdict: Vote['verdict']
  readonly reason?: string
}

/**
 * Where held actions wait and approvers decide. It is the one that changes requests for approval,
 * one after another; a step towards consent is receipted before it is kept, every other step is
 * kept before it is receipted. So a failure in between never leaves more permitted than recorded.
 */
export class ApprovalDesk implements Approvals {
  readonly #options: DeskOptions
  readonly #limits: ApprovalLimits
  /** Those that are pending or granted, as the store has them. */
  readonly #open = new Map<string, ApprovalRequest>()
  readonly #waiting: Waiting
  #last: Promise<unknown> = Promise.resolve()
  #stopAlarm: () => void = () => undefined
  #closed = false

  constructor(options: DeskOptions) {
    this.#options = options
    this.#limits = { ...DEFAULT_APPROVAL_LIMITS, ...options.limits }
    const { alarm, log } = options
    const { waitMs } = this.#limits
    this.#waiting = new Waiting({ alarm, log, waitMs, get: (id) => this.get(id) })
    for (const request of options.store.open()) this.#open.set(request.id, request)
  }

  hold(held: HeldAction): Promise<ApprovalRequest> {
    return this.#exclusive(async () => {
      const latest = this.#options.store.latest(held.binding)
      if (latest !== undefined) {
        const { request } = await this.#take(latest, { kind: 'tick' }, BY_RUNTIME)
        if (standing(request, { now: this.#options.clock.now() }) !== 'none') return request
      }
      this.#checkRoom(held.binding)
      const request = this.#requestFor(held)
      await this.#record(request, ['requested'], byAsker(held))
      this.#options.store.add(request)
      const { agent } = held.binding
      const { operation } = held.asked
      this.#options.log.info('approval.requested', { request: request.id, agent, operation })
      this.#announce(request)
      return request
    })
  }

  settled(id: string, wait: ApprovalWait): Promise<ApprovalRequest> {
    return this.#waiting.settled(id, wait)
  }

  consume(id: string, use: ApprovalUse): Promise<ApprovalRequest> {
    return this.#turn(id, { kind: 'consume', binding: use.binding }, byAsker(use))
  }

  /** Counts a vote. Rejects `APPROVAL_*` when it may not be given, or `REQUEST_INVALID`. */
  async vote(id: string, { voter, verdict, reason }: Ballot): Promise<ApprovalRequest> {
    if (reason !== undefined && reason.length > REASON_LIMIT) {
      throw new PortcullisError(
        'REQUEST_INVALID',
        `a reason has at most ${REASON_LIMIT} characters`,
      )
    }
    const given = reason === undefined || reason === '' ? {} : { reason }
    return this.#turn(id, { kind: 'vote', voter, verdict, ...given }, byApprover(voter))
  }

  /** @throws PortcullisError `APPROVAL_UNKNOWN`, `APPROVAL_UNAVAILABLE`. */
  get(id: string): ApprovalRequest {
    const request = this.#options.store.get(id)
    if (request !== undefined) return request
    throw new PortcullisError('APPROVAL_UNKNOWN', `there is no request for approval \`${id}\``)
  }

  /** All that are open, the oldest first. */
  open(): readonly ApprovalRequest[] {
    return [...this.#open.values()]
  }

  /** The newest first, whatever has become of them. */
  newest(limit: number): readonly ApprovalRequest[] {
    return this.#options.store.newest(limit)
  }

  /**
   * Lets time, new policies and erasures do what they do: escalate, expire, make void. Never
   * rejects. It calls itself when the next is due.
   */
  async tick(): Promise<void> {
    let failed = false
    for (const { id } of this.open()) {
      await this.#turn(id, { kind: 'tick' }, BY_RUNTIME).catch((error: unknown) => {
        failed = true
        this.#options.log.error('approval.step.failed', { request: id, code: codeOf(error) })
      })
    }
    this.#sleep(failed ? RETRY_AFTER_MS : 0)
  }

  /** From now on nobody waits: held actions are refused, and their requests stay pending. */
  release(): void {
    this.#waiting.release()
  }

  /** Resolves when the last step under way is done. */
  async close(): Promise<void> {
    this.release()
    this.#closed = true
    this.#stopAlarm()
    await this.#last
  }

  #turn(id: string, event: ApprovalEvent, by: EventBy): Promise<ApprovalRequest> {
    return this.#exclusive(async () => {
      const { request, refused } = await this.#take(this.get(id), event, by)
      if (refused === undefined) return request
      throw new PortcullisError(refused, `\`${id}\` ${SAID[refused] ?? `is ${request.state}`}`)
    })
  }

  /** One event: judged, receipted and kept. */
  async #take(before: ApprovalRequest, event: ApprovalEvent, by: EventBy): Promise<Advance> {
    const { clock, policyVersion } = this.#options
    const taken = advance(before, event, { now: clock.now(), version: policyVersion() })
    const { request: after, steps } = taken
    if (steps.length === 0) return taken
    if (steps.includes('approved')) {
      await this.#record(after, steps, by)
      this.#keep(before, after)
    } else {
      this.#keep(before, after)
      await this.#record(after, steps, by)
    }
    return taken
  }

  #keep(before: ApprovalRequest, after: ApprovalRequest): void {
    if (!this.#options.store.replace(before, after)) {
      const message = `the request for approval \`${before.id}\` was changed by somebody else`
      throw new PortcullisError('APPROVAL_UNAVAILABLE', message)
    }
    this.#announce(after)
  }

  async #record(request: ApprovalRequest, steps: readonly ApprovalStep[], by: EventBy) {
    const { ledger, ids, clock } = this.#options
    const drafts = steps.map((step) =>
      stepReceipt(request, step, { id: ids.next(), ts: clock.now(), by }),
    )
    await Promise.all(drafts.map((draft) => ledger.append(draft)))
  }

  #announce(request: ApprovalRequest): void {
    if (isOpen(request)) this.#open.set(request.id, request)
    else this.#open.delete(request.id)
    this.#waiting.show(request)
    this.#sleep(0)
  }

  #sleep(atLeastMs: number): void {
    this.#stopAlarm()
    if (this.#closed) return
    const due = Math.min(...this.open().map(nextDue))
    if (due === Number.POSITIVE_INFINITY) return
    const left = Math.min(due - this.#options.clock.now(), LONGEST_SLEEP_MS)
    this.#stopAlarm = this.#options.alarm.after(Math.max(left, atLeastMs, 0), () => {
      void this.tick()
    })
  }

  #checkRoom({ agent, version }: Binding): void {
    if (version !== this.#options.policyVersion()) {
      throw new PortcullisError('APPROVAL_VOID', 'the policies have changed since it was decided')
    }
    const { pending, pendingPerAgent } = this.#limits
    const own = this.open().filter(({ binding }) => binding.agent === agent).length
    if (own < pendingPerAgent && this.#open.size < pending) return
    throw new PortcullisError('APPROVAL_LIMIT', `\`${agent}\` has ${own} actions that wait`)
  }

  #requestFor({ identity, channel, binding, asked, demands }: HeldAction): ApprovalRequest {
    const now = this.#options.clock.now()
    return {
      ...{ id: this.#options.ids.next(), state: 'pending', binding, asked, run: channel.run },
      requesters: [...new Set([identity.principal.id, ...identity.chain.map(({ id }) => id)])],
      requestedAt: now,
      expiresAt: now + Math.min(...demands.map(({ approval }) => approval.ttlMs)),
      ...{ demands, votes: [], escalated: [] },
    }
  }

  /** One after another: between reading a request and keeping it, nobody else changes it. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new PortcullisError('APPROVAL_UNAVAILABLE', 'the runtime has stopped'))
    }
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

/** What is in the way where the state of the request is not. */
const SAID: Partial<Record<ErrorCode, string>> = {
  APPROVAL_FORBIDDEN: 'asks others for approval, or does not ask you yet',
  APPROVAL_OWN_REQUEST: 'is asked by you, or by an agent that acts for you',
  APPROVAL_VOTED: 'has your approval already',
  APPROVAL_GRANTED: 'is granted already and waits to be used',
  APPROVAL_VOID: 'was asked for another action, under other policies, or of somebody erased since',
}

function byAsker({ identity, channel: { door, peer } }: ApprovalUse): EventBy {
  return { actor: identity.chain, channel: { door, peer } }
}

function byApprover({ id }: Voter): EventBy {
  return {
    actor: [{ kind: 'human', id, via: 'approver-jwt' }],
    channel: { door: 'admin', peer: 'local' },
  }
}
