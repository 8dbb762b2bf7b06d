import { PortcullisError } from '../errors.ts'
import { storageName } from '../storage/storage-name.ts'
import { isPlainSpelling } from '../text/plain-spelling.ts'

const TYPES = ['storage', 'memory', 'secret', 'model'] as const
export type AclResourceType = (typeof TYPES)[number]

/** What has an access control list: `storage/reports/q3.json`, `memory/CRM.customers`. */
export type AclResource = `${AclResourceType}/${string}`

/** Characters of a name other than that of a stored object. */
export const RESOURCE_NAME_LIMIT = 256

/** Signs that a policy, an address or a path would give a meaning of its own. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._+=@:/()-]*$/u

/** @throws PortcullisError `ACL_RESOURCE_INVALID`, `STORAGE_NAME_REFUSED`. */
export function parseAclResource(text: string): AclResource {
  const slash = text.indexOf('/')
  const type = TYPES.find((each) => each === text.slice(0, slash))
  const name = text.slice(slash + 1)
  if (type === 'storage') return `storage/${storageName(name)}`
  if (type !== undefined && isName(name)) return `${type}/${name}`
  const message = 'a resource reads `storage/NAME`, `memory/NAME`, `secret/NAME` or `model/NAME`'
  throw new PortcullisError('ACL_RESOURCE_INVALID', message)
}

/** The resource that an action on `type` and `id` is about, where that kind has lists. */
export function aclResourceOf(type: string, id: string): AclResource | undefined {
  // An action on a list has the name of what the list is of.
  if (type === 'acl') return id as AclResource
  const known = TYPES.find((each) => each === type)
  return known === undefined ? undefined : `${known}/${id}`
}

/** `storage/reports/q3.json` as its type and its name. */
export function splitResource(
  resource: AclResource,
): readonly [type: AclResourceType, name: string] {
  const slash = resource.indexOf('/')
  return [resource.slice(0, slash) as AclResourceType, resource.slice(slash + 1)]
}

function isName(name: string): boolean {
  if (name.length > RESOURCE_NAME_LIMIT || !NAME.test(name) || !isPlainSpelling(name)) return false
  return !name.split('/').some((segment) => /^\.*$/u.test(segment))
}
