import { type ErrorCode, unreachable } from '../errors.ts'
import {
  FINALITIES,
  type Finality,
  type Obligation,
  SANDBOX_TIERS,
  type SandboxTier,
} from './obligation.ts'

/** What is proved about who acts, where the runtime runs and who carries out the action. */
export interface Assured {
  /** How strongly the agent is confined. */
  readonly tier: SandboxTier['tier']
  /** What receipts have behind them before an effect. */
  readonly finality: Finality['finality']
  /** Stronger authentications of the principal, with their time in ms since the epoch. */
  readonly stepUps: readonly { readonly method: string; readonly at: number }[]
  /** Declared obligations that whoever carries out the action fulfils: `NAME` or `NAME=VALUE`. */
  readonly fulfils: readonly string[]
}

/**
 * Why what is proved does not fulfil an obligation; nothing where it does, and for obligations that
 * ask for something to be done instead.
 */
export function shortOf(
  obligation: Obligation,
  assured: Assured,
  now: number,
): ErrorCode | undefined {
  switch (obligation.kind) {
    case 'sandbox_tier':
      return reaches(SANDBOX_TIERS, assured.tier, obligation.tier) ? undefined : 'SANDBOX_TOO_WEAK'
    case 'finality':
      return reaches(FINALITIES, assured.finality, obligation.finality)
        ? undefined
        : 'FINALITY_UNAVAILABLE'
    case 'step_up': {
      const { method, withinMs } = obligation
      // One that lies ahead of the clock proves nothing.
      const fresh = (at: number) => at <= now && now - at <= withinMs
      const proved = assured.stepUps.some((step) => step.method === method && fresh(step.at))
      return proved ? undefined : 'STEP_UP_REQUIRED'
    }
    case 'declared': {
      const { name, value } = obligation
      const asked = value === undefined ? name : `${name}=${value}`
      return assured.fulfils.includes(asked) ? undefined : 'OBLIGATION_UNFULFILLED'
    }
    case 'redact':
    case 'mask':
    case 'max_rows':
    case 'max_bytes':
    case 'rate_limit':
    case 'spend':
    case 'audit_trail':
    case 'label':
      return undefined
    default:
      return unreachable(obligation)
  }
}

/** Names that are not in the order reach nothing and are reached by nothing. */
function reaches<Name>(weakestFirst: readonly Name[], has: Name, asked: Name): boolean {
  return weakestFirst.includes(asked) && weakestFirst.indexOf(has) >= weakestFirst.indexOf(asked)
}
