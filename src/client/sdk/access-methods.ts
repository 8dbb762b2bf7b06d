import type { AccessCandidate } from './access-candidate.ts'
import { ACL, type AccessEntry, AccessLevel } from './access-list.ts'
import { ClientError, membersOf } from './client-error.ts'
import type { CallOptions, Send } from './send.ts'

/** Who may do what with a resource, asked and changed by an owner of it. */
export interface AccessMethods {
  getACL(name: string, options?: CallOptions): Promise<ACL>
  /**
   * Puts a list in the place of the present one. One that came from `getACL` replaces only what it
   * came from: `ACL_CHANGED` says that somebody else was first.
   */
  setACL(name: string, acl: ACL, options?: CallOptions): Promise<ACL>
  /** Gives a candidate that level, whatever level it had before. */
  addAccess(name: string, candidate: AccessCandidate, level: AccessLevel): Promise<ACL>
  /** The next request of the candidate is denied, unless a team or the public still has access. */
  removeAccess(name: string, candidate: AccessCandidate, options?: CallOptions): Promise<ACL>
}

/** The methods for the resources of one type, asked as `candidate`. */
export function accessMethods(
  send: Send,
  { type, candidate }: { readonly type: string; readonly candidate: AccessCandidate },
): AccessMethods {
  // Said twice, a change of a list is the same as said once; replacing one by its digest is not.
  const ask = async (path: string, args: object, how: CallOptions & { repeatable?: boolean }) =>
    listOf(await send({ path, candidate, args, repeatable: true, ...how }))
  const of = (name: string) => ({ resource: `${type}/${name}` })
  return {
    getACL: (name, options = {}) => ask('acl/show', of(name), options),
    setACL(name, { entries, digest }, options = {}) {
      const args = { ...of(name), entries, ...(digest !== undefined && { before: digest }) }
      return ask('acl/replace', args, { ...options, repeatable: digest === undefined })
    },
    addAccess: (name, whom, level) =>
      ask('acl/grant', { ...of(name), candidate: whom.text, level }, {}),
    removeAccess: (name, whom, options = {}) =>
      ask('acl/revoke', { ...of(name), candidate: whom.text }, options),
  }
}

function listOf(result: unknown): ACL {
  const { entries, digest } = membersOf(result)
  if (!Array.isArray(entries) || typeof digest !== 'string' || !entries.every(isEntry)) {
    throw new ClientError('CLIENT_PROTOCOL', 'an answer that is no access control list')
  }
  return new ACL(entries, digest)
}

function isEntry(value: unknown): value is AccessEntry {
  const { candidate, level } = membersOf(value)
  return typeof candidate === 'string' && Object.values<unknown>(AccessLevel).includes(level)
}
