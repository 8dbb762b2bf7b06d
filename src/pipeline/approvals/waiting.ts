import { type ApprovalRequest, progressOf } from '../../kernel/approvals/approval-request.ts'
import type { Alarm, ApprovalWait, Log } from '../ports.ts'

export interface WaitingOptions {
  readonly alarm: Alarm
  readonly log: Log
  /** How long a call waits at most, in milliseconds. */
  readonly waitMs: number
  /** The request as it stands; throws when it can't be had. */
  readonly get: (id: string) => ApprovalRequest
}

/** The calls that wait for their requests to be settled. */
export class Waiting {
  readonly #options: WaitingOptions
  readonly #looks = new Map<string, Set<(request: ApprovalRequest) => void>>()
  #open = true

  constructor(options: WaitingOptions) {
    this.#options = options
  }

  /** Resolves once it is no longer pending, the wait is over, the asker gone, or all let go. */
  settled(id: string, { gone, onProgress }: ApprovalWait): Promise<ApprovalRequest> {
    const { alarm, waitMs, get } = this.#options
    return new Promise((resolve, reject) => {
      const end = () => {
        stopAlarm()
        gone?.removeEventListener('abort', end)
        this.#forget(id, look)
        try {
          resolve(get(id))
        } catch (error) {
          reject(error)
        }
      }
      const look = (request: ApprovalRequest) => {
        if (request.state !== 'pending' || !this.#open || gone?.aborted) end()
        else this.#tell(request, onProgress)
      }
      const stopAlarm = alarm.after(waitMs, end)
      gone?.addEventListener('abort', end)
      this.#looks.set(id, (this.#looks.get(id) ?? new Set()).add(look))
      try {
        look(get(id))
      } catch {
        end()
      }
    })
  }

  /** Shows a request that has changed to those who wait for it. */
  show(request: ApprovalRequest): void {
    for (const look of [...(this.#looks.get(request.id) ?? [])]) look(request)
  }

  /** Lets all go, now and from now on. */
  release(): void {
    this.#open = false
    const { get, log } = this.#options
    for (const id of [...this.#looks.keys()]) {
      try {
        this.show(get(id))
      } catch (error) {
        log.error('approval.wait.unreleased', { request: id, reason: String(error) })
      }
    }
  }

  #forget(id: string, look: (request: ApprovalRequest) => void): void {
    const looks = this.#looks.get(id)
    looks?.delete(look)
    if (looks?.size === 0) this.#looks.delete(id)
  }

  /** Whoever listens, a vote must not fail because of them. */
  #tell(request: ApprovalRequest, onProgress: ApprovalWait['onProgress']): void {
    const { id, expiresAt } = request
    try {
      onProgress?.({ request: id, ...progressOf(request), expiresAt })
    } catch (error) {
      this.#options.log.error('approval.progress.untold', { request: id, reason: String(error) })
    }
  }
}
