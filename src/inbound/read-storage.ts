import { PortcullisError } from '../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../kernel/json/value.ts'
import type {
  StorageAction,
  StorageDelete,
  StorageList,
  StorageRead,
  StorageWrite,
} from '../kernel/storage/storage-action.ts'
import { storageName, storagePrefix } from '../kernel/storage/storage-name.ts'

/** Names that one list returns when nobody says how many, and at most. */
export const DEFAULT_LIST_LIMIT = 100
export const LIST_LIMIT = 1_000
/** Characters of a media type. */
export const MEDIA_TYPE_LIMIT = 127
export const DEFAULT_MEDIA_TYPE = 'application/octet-stream'

/** What is asked of a stored object. Each throws `REQUEST_INVALID` or `STORAGE_NAME_REFUSED`. */
export const READ_STORAGE: Readonly<
  Record<StorageAction['kind'], (args: JsonObject) => StorageAction>
> = { 'storage.read': read, 'storage.write': write, 'storage.delete': remove, 'storage.list': list }

function read({ name, head = false, ...rest }: JsonObject): StorageRead {
  refuseMore(rest)
  if (typeof head !== 'boolean') throw invalid('`head` is true or false')
  return { kind: 'storage.read', name: nameOf(name), head }
}

function write({
  name,
  content,
  encoding = 'utf8',
  media_type: mediaType,
  ...rest
}: JsonObject): StorageWrite {
  refuseMore(rest)
  if (typeof content !== 'string') throw invalid('`content` is a string')
  if (encoding !== 'utf8' && encoding !== 'base64') throw invalid('`encoding` is utf8 or base64')
  const carried: Carried = encoding === 'utf8' ? { content, encoding } : fromBase64(content)
  const type = mediaTypeOf(mediaType)
  return { kind: 'storage.write', name: nameOf(name), mediaType: type, ...carried }
}

function remove({ name, ...rest }: JsonObject): StorageDelete {
  refuseMore(rest)
  return { kind: 'storage.delete', name: nameOf(name) }
}

function list({
  prefix = '',
  after,
  limit = DEFAULT_LIST_LIMIT,
  ...rest
}: JsonObject): StorageList {
  refuseMore(rest)
  if (typeof prefix !== 'string') throw invalid('`prefix` is a string')
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT) {
    throw invalid(`\`limit\` is an integer from 1 to ${LIST_LIMIT}`)
  }
  const listed = { kind: 'storage.list', prefix: storagePrefix(prefix), limit } as const
  return after === undefined ? listed : { ...listed, after: nameOf(after) }
}

type Carried = Pick<StorageWrite, 'content' | 'encoding'>

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Text that came as base64 goes on as text: encoding it hides it from no redaction.
 * One spelling of base64 alone is taken, or one content would have many digests.
 */
function fromBase64(text: string): Carried {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text)
    throw invalid('`content` is no base64 (RFC 4648 section 4)')
  try {
    return { encoding: 'utf8', content: UTF8.decode(bytes) }
  } catch {
    // Not valid UTF-8, so no text.
    return { encoding: 'base64', content: text }
  }
}

/** RFC 9110 section 8.3.1: a type and a subtype, and parameters without quotes. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w!#$&^.+-]+=[\w!#$&^.+-]+)*$/u

function mediaTypeOf(value: JsonValue | undefined): string {
  if (value === undefined) return DEFAULT_MEDIA_TYPE
  const fits = typeof value === 'string' && value.length <= MEDIA_TYPE_LIMIT
  if (fits && MEDIA_TYPE.test(value)) return value.toLowerCase()
  throw invalid('`media_type` reads like `application/json`')
}

function nameOf(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw invalid('a name is a string')
  return storageName(value)
}

function refuseMore(rest: JsonObject): void {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(`nothing is called \`${unknown}\` here`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
