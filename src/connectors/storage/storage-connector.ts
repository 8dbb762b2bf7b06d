import { aclOf } from '../../kernel/acl/acl.ts'
import { type Candidate, PUBLIC, parseCandidate } from '../../kernel/acl/candidate.ts'
import type { Action } from '../../kernel/action.ts'
import { accountHolder } from '../../kernel/budget/usage-book.ts'
import { PortcullisError, unreachable } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type {
  StorageAction,
  StorageDelete,
  StorageList,
  StorageRead,
  StorageWrite,
} from '../../kernel/storage/storage-action.ts'
import type { Acls, ChangeRequest, Connector, Storage, StoredObject } from '../../pipeline/ports.ts'
import { toolResult } from '../tool-result.ts'
import { bytesOf, contentOf } from './content.ts'
import { createTurns } from './turns.ts'

/** Names that one list looks at, whether or not the asker may read them. */
export const LIST_SCAN_LIMIT = 10_000

export interface StorageConnectorOptions {
  readonly storage: Storage
  readonly acls: Acls
  readonly tenant: Tenant
  /** May whoever asked this read that object as well? What a list shows, it decides. */
  readonly mayRead: (asked: PolicyRequest, name: string) => boolean
  /** Pseudonym of whom an action is about. */
  readonly pseudonymOf: (action: Action, identity: Identity) => string
}

/** What one action is carried out with. */
interface Carried extends StorageConnectorOptions {
  readonly identity: Identity
  readonly asked: PolicyRequest
}

/** Stored objects, each with an access control list that its creator owns. */
export function storageConnector(options: StorageConnectorOptions): Connector {
  const turns = createTurns()
  return {
    async execute(action, identity, { asked } = {}) {
      if (asked === undefined || !isStorage(action)) {
        throw new PortcullisError('INTERNAL', `\`${action.kind}\` is no matter of storage`)
      }
      const carried = { ...options, identity, asked }
      switch (action.kind) {
        case 'storage.read':
          return toolResult(await read(action, carried))
        case 'storage.list':
          return toolResult(list(action, carried))
        case 'storage.write':
          return toolResult(await turns.take(action.name, () => write(action, carried)))
        case 'storage.delete':
          return toolResult(await turns.take(action.name, () => remove(action, carried)))
        default:
          return unreachable(action)
      }
    },
  }
}

function isStorage(action: { readonly kind: string }): action is StorageAction {
  return action.kind.startsWith('storage.')
}

async function read({ name, head }: StorageRead, { storage, tenant }: Carried) {
  const object = storage.stat(tenant, name)
  if (object === undefined) throw unknown()
  if (head) return described(object)
  return { ...described(object), ...contentOf(await storage.read(tenant, name)) }
}

function list({ prefix, after, limit }: StorageList, carried: Carried): JsonObject {
  const { storage, tenant, mayRead, asked } = carried
  const objects: JsonObject[] = []
  let last = after
  let seen = 0
  for (const object of storage.list(tenant, prefix, after)) {
    // A page may be short of names, or empty: `next` says where to go on.
    if (objects.length >= limit || seen++ >= LIST_SCAN_LIMIT) return { objects, next: last ?? '' }
    last = object.name
    if (mayRead(asked, object.name)) objects.push(described(object))
  }
  return { objects }
}

/**
 * The creator owns what it creates: the list is there before the object is, so that there is never
 * an object that nobody owns.
 */
async function write(action: StorageWrite, carried: Carried): Promise<JsonObject> {
  const { storage, tenant, identity, pseudonymOf } = carried
  const { name, mediaType } = action
  const request = requestOf(action, carried)
  checkUnchanged(name, carried)
  const made = own(name, carried)
  try {
    const writing = { name, mediaType, content: bytesOf(action), request }
    const about = pseudonymOf(action, identity)
    const written = await storage.write(tenant, { ...writing, about })
    const { object, created, repeated } = written
    return { ...described(object), created, repeated }
  } catch (error) {
    if (made) disown(name, carried)
    throw error
  }
}

async function remove(action: StorageDelete, carried: Carried): Promise<JsonObject> {
  const { storage, tenant } = carried
  const { name } = action
  const request = requestOf(action, carried)
  checkUnchanged(name, carried)
  const deleted = await storage.delete(tenant, name, request)
  if (storage.stat(tenant, name) === undefined) disown(name, carried)
  if (!deleted && request === undefined) throw unknown()
  return { name, deleted }
}

/** What was decided about a name that nobody had says nothing once somebody has it. */
function checkUnchanged(name: string, { storage, acls, tenant, asked }: Carried): void {
  const { resource } = asked.attributes
  const existed = isJsonObject(resource) && resource.exists === true
  const listed = acls.of(tenant, `storage/${name}`) !== undefined
  if (existed === (listed || storage.stat(tenant, name) !== undefined)) return
  throw new PortcullisError('STORAGE_CHANGED', 'the object is not what was decided about')
}

/** True where the object had no list and has one now. */
function own(name: string, { storage, acls, tenant, asked }: Carried): boolean {
  const resource = `storage/${name}` as const
  if (acls.of(tenant, resource) !== undefined || storage.stat(tenant, name)) return false
  const owner = ownerOf(asked)
  if (owner === undefined) return false
  acls.change(tenant, resource, () => aclOf(resource, [{ candidate: owner, level: 'owner' }]))
  return true
}

function disown(name: string, { acls, tenant }: Carried): void {
  acls.change(tenant, `storage/${name}`, ({ resource }) => aclOf(resource, []))
}

/** Whoever it acted as. The public owns nothing: what it makes, the operator gives to somebody. */
function ownerOf({ attributes }: PolicyRequest): Candidate | undefined {
  const { candidate } = attributes
  const [first] = isJsonObject(candidate) && Array.isArray(candidate.is) ? candidate.is : []
  if (typeof first !== 'string' || first === PUBLIC) return undefined
  return parseCandidate(first)
}

/** One principal's key is no other's. */
function requestOf(
  { request }: StorageWrite | StorageDelete,
  { identity }: Carried,
): ChangeRequest | undefined {
  return request === undefined ? undefined : { by: accountHolder(identity.chain), key: request }
}

function described({ name, mediaType, bytes, digest, ...times }: StoredObject): JsonObject {
  const created_at = new Date(times.created).toISOString()
  const modified_at = new Date(times.modified).toISOString()
  return { name, media_type: mediaType, bytes, digest, created_at, modified_at }
}

function unknown(): PortcullisError {
  return new PortcullisError('STORAGE_UNKNOWN', 'there is no such object')
}
