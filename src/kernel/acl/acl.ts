import { hash } from 'node:crypto'
import { PortcullisError } from '../errors.ts'
import type { AclResource } from './acl-resource.ts'
import { type Candidate, PUBLIC } from './candidate.ts'

/** What a candidate may do, each level what the ones before it may: `owner` manages the list. */
export const LEVELS = ['read', 'write', 'owner'] as const
export type Level = (typeof LEVELS)[number]

/** Entries of one list. */
export const MAX_ACL_ENTRIES = 64
/** Lists of one tenant. */
export const MAX_ACLS = 100_000

export interface AclEntry {
  readonly candidate: Candidate
  readonly level: Level
}

/** Who may do what with one resource: each candidate once, in the order of their names. */
export interface Acl {
  readonly resource: AclResource
  readonly entries: readonly AclEntry[]
}

/** @throws PortcullisError `ACL_INVALID`, `ACL_LIMIT`. */
export function aclOf(resource: AclResource, entries: readonly AclEntry[]): Acl {
  if (entries.length > MAX_ACL_ENTRIES) throw tooMany()
  const sorted = entries.toSorted((a, b) => (a.candidate < b.candidate ? -1 : 1))
  const twice = sorted.find(({ candidate }, at) => candidate === sorted[at + 1]?.candidate)
  if (twice !== undefined) throw invalid(`\`${twice.candidate}\` is named twice`)
  if (sorted.some(ownedByAll)) throw invalid('the public cannot own anything')
  return { resource, entries: sorted.map(({ candidate, level }) => ({ candidate, level })) }
}

/** The list with the candidate at that level, whatever level it had before. */
export function addAccess(acl: Acl, candidate: Candidate, level: Level): Acl {
  const others = acl.entries.filter((entry) => entry.candidate !== candidate)
  return changed(acl, [...others, { candidate, level }])
}

/** The list without the candidate: it has no level at all from then on. */
export function removeAccess(acl: Acl, candidate: Candidate): Acl {
  return changed(
    acl,
    acl.entries.filter((entry) => entry.candidate !== candidate),
  )
}

/**
 * The list with other entries. What had an owner keeps one: nobody locks everybody out by accident.
 * @throws PortcullisError `ACL_WITHOUT_OWNER`, `ACL_INVALID`, `ACL_LIMIT`.
 */
export function changed(acl: Acl, entries: readonly AclEntry[]): Acl {
  if (acl.entries.some(isOwner) && !entries.some(isOwner)) {
    throw new PortcullisError('ACL_WITHOUT_OWNER', `\`${acl.resource}\` would have no owner`)
  }
  return aclOf(acl.resource, entries)
}

/** The level that these candidates have together: the highest of theirs. */
export function levelOf(acl: Acl, candidates: readonly Candidate[]): Level | undefined {
  const ranks = acl.entries
    .filter(({ candidate }) => candidates.includes(candidate))
    .map(({ level }) => LEVELS.indexOf(level))
  return LEVELS[Math.max(-1, ...ranks)]
}

/** One text for one list: JSON of the resource and the entries in order. */
export function canonicalAcl({ resource, entries }: Acl): string {
  return JSON.stringify([resource, entries.map(({ candidate, level }) => [candidate, level])])
}

/** SHA-256 over the canonical form: 64 hex digits. */
export function aclDigest(acl: Acl): string {
  return hash('sha256', canonicalAcl(acl), 'hex')
}

/** @throws PortcullisError `ACL_INVALID`. */
export function parseLevel(text: unknown): Level {
  const level = LEVELS.find((each) => each === text)
  if (level !== undefined) return level
  throw invalid('a level is `read`, `write` or `owner`')
}

const isOwner = ({ level }: AclEntry) => level === 'owner'
const ownedByAll = ({ candidate, level }: AclEntry) => candidate === PUBLIC && level === 'owner'

function invalid(message: string): PortcullisError {
  return new PortcullisError('ACL_INVALID', message)
}

function tooMany(): PortcullisError {
  return new PortcullisError('ACL_LIMIT', `a list holds at most ${MAX_ACL_ENTRIES} entries`)
}
