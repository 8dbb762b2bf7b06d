import { PortcullisError } from '../errors.ts'
import type { ActorLink } from './principal.ts'
import { commonScopes, isNarrower } from './scopes.ts'
import type { Tenant } from './tenant.ts'

/** How often one authority may be passed on, where the configuration says nothing else. */
export const DELEGATION_DEPTH_DEFAULT = 4
/** Links of a chain beyond which no token is read, whatever the configuration says. */
export const DELEGATION_DEPTH_LIMIT = 16

/** What a token lets its holder do, and for whom: the subject of an exchange (RFC 8693). */
export interface Warrant {
  readonly tenant: Tenant
  /** Who acts for whom, the holder last. Never empty. */
  readonly chain: readonly ActorLink[]
  readonly scopes: readonly string[]
  /** Until when, in milliseconds since the epoch. */
  readonly expires: number
  /** The one agent that may act on with it (RFC 8693 section 4.4); absent: nobody is picked. */
  readonly mayAct?: string
}

/** An agent that asks to act with the warrant of another. */
export interface Delegate {
  readonly tenant: Tenant
  readonly link: ActorLink
  /** Whom it is declared to act for: `agent:sales`, `human:alice`, `human:*`. */
  readonly actsFor: readonly string[]
  /** The widest scopes that it may have from anybody. */
  readonly scopes: readonly string[]
}

export interface DelegationRequest {
  /** Absent: all that both the subject and the delegate may. */
  readonly scopes?: readonly string[] | undefined
  /** Who alone may act on with what comes of it. */
  readonly mayAct?: string | undefined
  /** When what comes of it ends at the latest, in milliseconds since the epoch. */
  readonly until: number
  /** How often the authority may have been passed on in the end. */
  readonly depth: number
}

/**
 * What a delegate gets of a warrant: never more operations than the subject has, never for longer,
 * and one link further from whoever it began with. An agent that only narrows what it holds adds no
 * link.
 * @throws PortcullisError `DELEGATION_REFUSED` where it may not act for the subject,
 * `DELEGATION_TOO_DEEP`, `OAUTH_SCOPE_WIDER` for scopes that the subject or the delegate lacks.
 */
export function delegate(subject: Warrant, actor: Delegate, request: DelegationRequest): Warrant {
  const holder = subject.chain.at(-1)
  if (holder === undefined || subject.tenant !== actor.tenant) throw refused()
  const own = isSame(holder, actor.link)
  if (!own && !mayActFor(holder, subject, actor)) throw refused()
  const chain = own ? [...subject.chain.slice(0, -1), actor.link] : [...subject.chain, actor.link]
  if (delegationDepth(chain) > request.depth) {
    throw new PortcullisError('DELEGATION_TOO_DEEP', 'the authority was passed on too often')
  }
  const { mayAct } = own ? { mayAct: request.mayAct ?? subject.mayAct } : request
  if (own && subject.mayAct !== undefined && mayAct !== subject.mayAct) throw refused()
  return {
    tenant: subject.tenant,
    chain,
    scopes: scopesOf(subject, actor, request),
    expires: Math.min(subject.expires, request.until),
    ...(mayAct === undefined ? {} : { mayAct }),
  }
}

/** How often an authority was passed on. */
export function delegationDepth(chain: readonly ActorLink[]): number {
  return Math.max(0, chain.length - 1)
}

function scopesOf(
  subject: Warrant,
  actor: Delegate,
  { scopes }: DelegationRequest,
): readonly string[] {
  const most = commonScopes(subject.scopes, actor.scopes)
  const given = scopes ?? most
  if (given.length > 0 && isNarrower(given, subject.scopes) && isNarrower(given, actor.scopes)) {
    return given
  }
  throw new PortcullisError('OAUTH_SCOPE_WIDER', 'a delegate gets no more than the subject has')
}

/** It has to be declared, and where the subject picked somebody, it has to be that one. */
function mayActFor(holder: ActorLink, { mayAct }: Warrant, { link, actsFor }: Delegate): boolean {
  if (mayAct !== undefined && mayAct !== link.id) return false
  return actsFor.includes(`${holder.kind}:${holder.id}`) || actsFor.includes(`${holder.kind}:*`)
}

function isSame(one: ActorLink, other: ActorLink): boolean {
  return one.kind === other.kind && one.id === other.id
}

/** Who may not and who is not known hear the same. */
function refused(): PortcullisError {
  return new PortcullisError('DELEGATION_REFUSED', 'the agent may not act for this subject')
}
