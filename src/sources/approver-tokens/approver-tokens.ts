import type { KeyObject } from 'node:crypto'
import type { Voter } from '../../kernel/approvals/approval-request.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { isBuiltIn } from '../../kernel/identity/role.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import type { IdentitySource } from '../../pipeline/ports.ts'
import {
  isOfKind,
  isTokenLife,
  signToken,
  type TokenKind,
  type VerifiedToken,
  verifyToken,
} from '../runtime-tokens.ts'

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
  /** Those who administer by such a token: people who may be asked for approval. */
  readonly people: IdentitySource & { fits(credential: Credential): boolean }
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
  const verified = async (token: string | undefined, now: number): Promise<VerifiedToken> => {
    if (token === undefined || token === '') {
      throw new PortcullisError('APPROVER_MISSING', 'no token of an approver was presented')
    }
    const verdict = await verifyToken(token, kind, { key: publicKey, now })
    if (!('fault' in verdict)) return verdict
    const { fault, message, cause } = verdict
    const code = fault === 'expired' ? 'APPROVER_EXPIRED' : 'APPROVER_INVALID'
    throw new PortcullisError(code, message, { cause })
  }
  return {
    async issue({ approver, id, now, ttlMs }) {
      voterOf(approver, options)
      if (!isTokenLife(ttlMs)) {
        throw new PortcullisError('REQUEST_INVALID', 'a token lives from one second to 24 hours')
      }
      return signToken({ subject: approver, id, now, ttlMs }, kind, privateKey)
    },
    verify: async (token, now) => voterOf((await verified(token, now)).subject, options),
    people: {
      fits: (credential) => credential.kind === 'bearer' && isOfKind(credential.token, kind),
      async verify(credential, now) {
        const token = credential.kind === 'bearer' ? credential.token : undefined
        try {
          const proof = await verified(token, now)
          return personOf(voterOf(proof.subject, options), tenant, proof)
        } catch (cause) {
          throw unproved(cause)
        }
      },
    },
  }
}

/** What whoever administers is told of a token of an approver, and what is counted of it. */
function unproved(cause: unknown): unknown {
  switch (codeOf(cause)) {
    case 'APPROVER_EXPIRED':
      return new PortcullisError('IDENTITY_EXPIRED', 'the token has expired', { cause })
    case 'APPROVER_UNKNOWN':
      return new PortcullisError('IDENTITY_UNKNOWN', 'the token names nobody', { cause })
    case 'APPROVER_INVALID':
    case 'APPROVER_MISSING':
      return new PortcullisError('IDENTITY_INVALID', 'the token does not verify', { cause })
    default:
      return cause
  }
}

/**
 * As declared now; the approver is a person who proved itself by the token. The built-in roles are
 * granted to members alone: what approvers are asked as makes nobody an administrator.
 */
function personOf({ id, roles, team }: Voter, tenant: Tenant, token: VerifiedToken): Identity {
  const { issued, expires, payload } = token
  const session = String(payload.jti)
  const attributes = { approver: true, ...(team !== undefined && { team }) }
  return {
    tenant,
    principal: { kind: 'human', id, roles: roles.filter((it) => !isBuiltIn(it)), attributes },
    chain: [{ kind: 'human', id, via: 'approver-jwt', session }],
    credential: { id: session, issued, expires },
  }
}

function voterOf(id: string, { approvers }: ApproverTokensOptions): Voter {
  const declared = Object.hasOwn(approvers, id) ? approvers[id] : undefined
  if (declared !== undefined) return { id, ...declared }
  const near = nearest(id, Object.keys(approvers))
  const hint = near === undefined ? '' : `: did you mean \`${near}\`?`
  throw new PortcullisError('APPROVER_UNKNOWN', `no approver \`${id}\` is declared${hint}`)
}
