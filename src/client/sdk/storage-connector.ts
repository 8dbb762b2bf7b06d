import type { AccessCandidate } from './access-candidate.ts'
import type { ACL } from './access-list.ts'
import { type AccessMethods, accessMethods } from './access-methods.ts'
import { ClientError, membersOf } from './client-error.ts'
import type { CallOptions, Send } from './send.ts'
import {
  carried,
  infoOf,
  objectOf,
  type Storable,
  type StoredObject,
  type StoredObjectInfo,
} from './stored-object.ts'

export interface WriteOptions extends CallOptions {
  /** By default what the ending of the name says. */
  readonly mediaType?: string
  /** Your own name for this one write; by default a random one, the same for every attempt. */
  readonly idempotencyKey?: string
  /** Who may do what with it from then on; by default its creator owns it. */
  readonly acl?: ACL
}

/** Stored objects, asked for as one candidate. Every method rejects with a `ClientError`. */
export interface CandidateStorage extends AccessMethods {
  /** Creates the object, or replaces its content. It happens once, however often it is sent. */
  write(name: string, data: Storable, options?: WriteOptions): Promise<StoredObjectInfo>
  /** Rejects `STORAGE_UNKNOWN` where there is none, `POLICY_DENIED` where it may not be read. */
  read(name: string, options?: CallOptions): Promise<StoredObject>
  getMetadata(name: string, options?: CallOptions): Promise<StoredObjectInfo>
  delete(name: string, options?: CallOptions): Promise<void>
  /** Is it there for this candidate? What may not be read looks like what is not there. */
  exists(name: string, options?: CallOptions): Promise<boolean>
  /** What this candidate may read of the names that begin so, in their order. */
  list(prefix?: string, options?: CallOptions): AsyncIterable<StoredObjectInfo>
}

/** Objects that a page of a list holds. */
export const LIST_PAGE = 100

export function candidateStorage(send: Send, candidate: AccessCandidate): CandidateStorage {
  const ask = (path: string, args: object, options: CallOptions & { key?: string } = {}) =>
    send({ path: `storage/${path}`, candidate, args, repeatable: true, ...options })
  const access = accessMethods(send, { type: 'storage', candidate })
  const getMetadata = async (name: string, options?: CallOptions) =>
    infoOf(await ask('read', { name, head: true }, options))
  return {
    ...access,
    getMetadata,
    async write(name, data, options = {}) {
      const { mediaType, idempotencyKey: key = newKey(), acl, ...rest } = options
      const media = mediaType === undefined ? {} : { media_type: mediaType }
      const args = { name, ...carried(data, name), ...media }
      const info = infoOf(await ask('write', args, { ...rest, key }))
      if (acl !== undefined) await access.setACL(name, acl, rest)
      return info
    },
    read: async (name, options) => objectOf(await ask('read', { name }, options)),
    async delete(name, options = {}) {
      await ask('delete', { name }, { ...options, key: newKey() })
    },
    exists: (name, options) => getMetadata(name, options).then(() => true, isAbsent),
    list: (prefix = '', options = {}) => pages((args) => ask('list', args, options), prefix),
  }
}

async function* pages(ask: (args: object) => Promise<unknown>, prefix: string) {
  let after: unknown
  do {
    const from = typeof after === 'string' && after !== '' ? { after } : {}
    const { objects, next } = membersOf(await ask({ prefix, limit: LIST_PAGE, ...from }))
    if (!Array.isArray(objects)) {
      throw new ClientError('CLIENT_PROTOCOL', 'an answer that is no list')
    }
    yield* objects.map(infoOf)
    after = next
  } while (after !== undefined)
}

function isAbsent(error: unknown): false {
  const absent = error instanceof ClientError && ABSENT.includes(error.code)
  if (absent) return false
  throw error
}

const ABSENT: readonly string[] = ['POLICY_DENIED', 'STORAGE_UNKNOWN']

function newKey(): string {
  return crypto.randomUUID()
}
