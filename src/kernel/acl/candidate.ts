import { PortcullisError } from '../errors.ts'
import type { Principal } from '../identity/principal.ts'
import { isPlainSpelling } from '../text/plain-spelling.ts'

const KINDS = ['agent', 'user', 'team'] as const
type CandidateKind = (typeof KINDS)[number]

/** Whom an access control list speaks of: `agent:sales`, `user:ada`, `team:research`, `public`. */
export type Candidate = `${CandidateKind}:${string}` | 'public'

/** Everybody whose connection proves anything at all. */
export const PUBLIC = 'public'
/** Characters of the name of a candidate. */
export const CANDIDATE_NAME_LIMIT = 128

/** @throws PortcullisError `CANDIDATE_INVALID`. */
export function parseCandidate(text: string): Candidate {
  if (text === PUBLIC) return text
  const split = text.indexOf(':')
  const kind = KINDS.find((each) => each === text.slice(0, split))
  const name = text.slice(split + 1)
  if (kind !== undefined && isName(name)) return `${kind}:${name}`
  throw new PortcullisError(
    'CANDIDATE_INVALID',
    'a candidate reads `agent:NAME`, `user:…`, `team:…`',
  )
}

/**
 * The candidates that a principal is, the closest first. With a `claim` it is that one and those
 * that are wider; nobody at all where the claim is none of its own.
 */
export function candidatesOf(principal: Principal, claim?: Candidate): readonly Candidate[] {
  const own = ownCandidates(principal)
  if (claim === undefined) return own
  return own.includes(claim) ? own.slice(own.indexOf(claim)) : []
}

/**
 * The runtime compares: whoever asks as a candidate has to be it.
 * @throws PortcullisError `CANDIDATE_UNPROVED`.
 */
export function checkCandidate(principal: Principal, claim: Candidate | undefined): void {
  if (claim === undefined || ownCandidates(principal).includes(claim)) return
  const { kind, id } = principal
  throw new PortcullisError('CANDIDATE_UNPROVED', `the connection proves ${kind} \`${id}\``)
}

/** A human is the candidate `user`; a service is none of its own, but may be in a team. */
function ownCandidates({ kind, id, attributes }: Principal): readonly Candidate[] {
  const team = attributes?.team
  return [
    ...(kind === 'agent' ? ([`agent:${id}`] as const) : []),
    ...(kind === 'human' ? ([`user:${id}`] as const) : []),
    ...(typeof team === 'string' && team !== '' ? ([`team:${team}`] as const) : []),
    PUBLIC,
  ]
}

function isName(name: string): boolean {
  const bounded = name.length > 0 && name.length <= CANDIDATE_NAME_LIMIT
  return bounded && isPlainSpelling(name) && name.trim() === name
}
