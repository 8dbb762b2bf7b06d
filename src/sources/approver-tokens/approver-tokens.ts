import type { KeyObject } from 'node:crypto'
import type { Voter } from '../../kernel/approvals/approval-request.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import { isTokenLife, signToken, type TokenKind, verifyToken } from '../runtime-tokens.ts'

/** Neither type nor audience is that of an agent's token: the one never passes for the other. */
const TYPE = 'approver+jwt'
const AUDIENCE_SUFFIX = '#approvals'

export interface ApproverTokensOptions {
  /** Whose approvers they are: the token of another tenant's is for another audience. */
  readonly tenant: Tenant
  /** The runtime itself, which issues and is the audience. */
  readonly origin: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The declared approvers. The token of one who is gone proves nothing. */
  readonly approvers: Readonly<Record<string, Omit<Voter, 'id'>>>
}

export interface ApproverTokenRequest {
  readonly approver: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly ttlMs: number
}

export interface ApproverTokens {
  /** Rejects `APPROVER_UNKNOWN`, or `REQUEST_INVALID` for a life out of bounds. */
  issue(request: ApproverTokenRequest): Promise<string>
  /** The approver whom a token proves at `now`, as declared now. Rejects `APPROVER_*`. */
  verify(token: string | undefined, now: number): Promise<Voter>
}

/** What approvers prove with that they are who they are: short-lived tokens of the runtime. */
export function approverTokens(options: ApproverTokensOptions): ApproverTokens {
  const { tenant, origin, privateKey, publicKey } = options
  const desk = tenant === DEFAULT_TENANT ? origin : `${origin}/t/${tenant}`
  const kind: TokenKind = { type: TYPE, issuer: origin, audience: `${desk}${AUDIENCE_SUFFIX}` }
  return {
    async issue({ approver, id, now, ttlMs }) {
      voterOf(approver, options)
      if (!isTokenLife(ttlMs)) {
        throw new PortcullisError('REQUEST_INVALID', 'a token lives from one second to 24 hours')
      }
      return signToken({ subject: approver, id, now, ttlMs }, kind, privateKey)
    },
    async verify(token, now) {
      if (token === undefined || token === '') {
        throw new PortcullisError('APPROVER_MISSING', 'no token of an approver was presented')
      }
      const verdict = await verifyToken(token, kind, { key: publicKey, now })
      if (!('fault' in verdict)) return voterOf(verdict.subject, options)
      const { fault, message, cause } = verdict
      const code = fault === 'expired' ? 'APPROVER_EXPIRED' : 'APPROVER_INVALID'
      throw new PortcullisError(code, message, { cause })
    },
  }
}

function voterOf(id: string, { approvers }: ApproverTokensOptions): Voter {
  const declared = Object.hasOwn(approvers, id) ? approvers[id] : undefined
  if (declared !== undefined) return { id, ...declared }
  const near = nearest(id, Object.keys(approvers))
  const hint = near === undefined ? '' : `: did you mean \`${near}\`?`
  throw new PortcullisError('APPROVER_UNKNOWN', `no approver \`${id}\` is declared${hint}`)
}
