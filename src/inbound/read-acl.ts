import { type AclEntry, MAX_ACL_ENTRIES, parseLevel } from '../kernel/acl/acl.ts'
import type { AclAction } from '../kernel/acl/acl-action.ts'
import { type AclResource, parseAclResource } from '../kernel/acl/acl-resource.ts'
import { type Candidate, parseCandidate } from '../kernel/acl/candidate.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../kernel/json/value.ts'

/**
 * Reads what is asked of an access control list. Each throws `REQUEST_INVALID`, `ACL_INVALID`,
 * `ACL_RESOURCE_INVALID`, `CANDIDATE_INVALID`, `STORAGE_NAME_REFUSED`.
 */
export const READ_ACL: Readonly<Record<AclAction['kind'], (args: JsonObject) => AclAction>> = {
  'acl.show': ({ resource, ...rest }) => {
    refuseMore(rest)
    return { kind: 'acl.show', of: resourceOf(resource) }
  },
  'acl.grant': ({ resource, candidate, level, ...rest }) => {
    refuseMore(rest)
    const granted = { candidate: candidateOf(candidate), level: parseLevel(level) }
    return { kind: 'acl.grant', of: resourceOf(resource), ...granted }
  },
  'acl.revoke': ({ resource, candidate, ...rest }) => {
    refuseMore(rest)
    return { kind: 'acl.revoke', of: resourceOf(resource), candidate: candidateOf(candidate) }
  },
  'acl.replace': ({ resource, entries, before, ...rest }) => {
    refuseMore(rest)
    const list = {
      kind: 'acl.replace',
      of: resourceOf(resource),
      entries: entriesOf(entries),
    } as const
    if (before === undefined) return list
    return { ...list, before: textOf('before', before) }
  },
}

/** The candidate that a caller says it acts as. @throws PortcullisError `CANDIDATE_INVALID`. */
export function readClaim(value: JsonValue | undefined): Candidate | undefined {
  return value === undefined ? undefined : candidateOf(value)
}

function entriesOf(value: JsonValue | undefined): readonly AclEntry[] {
  if (!Array.isArray(value) || value.length > MAX_ACL_ENTRIES) {
    throw invalid(`\`entries\` is a list of at most ${MAX_ACL_ENTRIES}`)
  }
  return value.map((entry) => {
    if (!isJsonObject(entry)) throw invalid('an entry is an object')
    const { candidate, level, ...rest } = entry
    refuseMore(rest)
    return { candidate: candidateOf(candidate), level: parseLevel(level) }
  })
}

function candidateOf(value: JsonValue | undefined): Candidate {
  return parseCandidate(textOf('candidate', value))
}

function resourceOf(value: JsonValue | undefined): AclResource {
  return parseAclResource(textOf('resource', value))
}

function textOf(member: string, value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  throw invalid(`\`${member}\` is a string`)
}

function refuseMore(rest: JsonObject): void {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(`nothing is called \`${unknown}\` here`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
