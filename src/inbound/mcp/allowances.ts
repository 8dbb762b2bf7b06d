import { PortcullisError } from '../../kernel/errors.ts'
import type { DoorLimits } from './limits.ts'

/** What one request takes of its agent's share. */
export interface Allowance {
  /** @throws PortcullisError `REQUEST_BUSY` past the agent's share of bytes. */
  take(bytes: number): void
  leave(): void
}

/** How much each agent has under way, so that none can use up the runtime for the others. */
export interface Allowances {
  /** @throws PortcullisError `REQUEST_BUSY` past the agent's share of requests. */
  enter(agent: string): Allowance
}

export type AllowanceLimits = Pick<DoorLimits, 'requestsPerAgent' | 'bytesPerAgent'>

export function createAllowances(limits: AllowanceLimits): Allowances {
  const underWay = new Map<string, { requests: number; bytes: number }>()
  return {
    enter(agent) {
      const share = underWay.get(agent) ?? { requests: 0, bytes: 0 }
      if (share.requests >= limits.requestsPerAgent) {
        throw busy(agent, `${limits.requestsPerAgent} requests`)
      }
      share.requests++
      underWay.set(agent, share)
      let taken = 0
      return {
        take(bytes) {
          if (share.bytes + bytes > limits.bytesPerAgent) {
            throw busy(agent, `${limits.bytesPerAgent} bytes`)
          }
          share.bytes += bytes
          taken += bytes
        },
        leave() {
          share.bytes -= taken
          share.requests--
          if (share.requests === 0) underWay.delete(agent)
        },
      }
    },
  }
}

function busy(agent: string, what: string): PortcullisError {
  return new PortcullisError('REQUEST_BUSY', `agent \`${agent}\` has ${what} under way`)
}
