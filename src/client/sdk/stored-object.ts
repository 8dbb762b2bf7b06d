import { ClientError, membersOf } from './client-error.ts'

/** What is known of a stored object without its content. */
export interface StoredObjectInfo {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** `sha256:` and the hex digest of the bytes as they are stored. */
  readonly digest: string
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** A stored object with its content, which is what the policies let through of it. */
export interface StoredObject extends StoredObjectInfo {
  text(): string
  bytesOf(): Uint8Array
  /** @throws SyntaxError where it is no JSON. */
  json(): unknown
}

/** What may be written: a text, bytes, or anything else that JSON can say. */
export type Storable = string | Uint8Array | ArrayBuffer | JsonLike
type JsonLike =
  | number
  | boolean
  | null
  | readonly JsonLike[]
  | string
  | { readonly [member: string]: JsonLike }

export function infoOf(result: unknown): StoredObjectInfo {
  const { name, media_type: mediaType, bytes, digest, created_at, modified_at } = membersOf(result)
  const texts = [name, mediaType, digest, created_at, modified_at]
  if (texts.some((text) => typeof text !== 'string') || typeof bytes !== 'number') {
    throw new ClientError('CLIENT_PROTOCOL', 'an answer that does not describe a stored object')
  }
  return {
    ...{ name: String(name), mediaType: String(mediaType), bytes, digest: String(digest) },
    createdAt: new Date(String(created_at)),
    modifiedAt: new Date(String(modified_at)),
  }
}

export function objectOf(result: unknown): StoredObject {
  const { encoding, content } = membersOf(result)
  if (typeof content !== 'string' || (encoding !== 'utf8' && encoding !== 'base64')) {
    throw new ClientError('CLIENT_PROTOCOL', 'an answer that holds no content')
  }
  const bytes = () =>
    encoding === 'utf8' ? new TextEncoder().encode(content) : fromBase64(content)
  const text = () => (encoding === 'utf8' ? content : new TextDecoder().decode(bytes()))
  return { ...infoOf(result), text, bytesOf: bytes, json: () => JSON.parse(text()) }
}

/** The content as it travels, and its media type where nobody says another. */
export function carried(data: Storable, name: string) {
  if (data instanceof Uint8Array || data instanceof ArrayBuffer) {
    const content = toBase64(new Uint8Array(data))
    return { encoding: 'base64', content, media_type: typeOf(name, 'application/octet-stream') }
  }
  if (typeof data === 'string') {
    return { encoding: 'utf8', content: data, media_type: typeOf(name, 'text/plain') }
  }
  const content = JSON.stringify(data)
  return { encoding: 'utf8', content, media_type: 'application/json' }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
}

function typeOf(name: string, otherwise: string): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return Object.hasOwn(MEDIA_TYPES, ending) ? (MEDIA_TYPES[ending] ?? otherwise) : otherwise
}

/** Characters that are turned into text at once: more arguments than that a call does not take. */
const STRETCH = 8_192

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += STRETCH) {
    text += String.fromCharCode(...bytes.subarray(at, at + STRETCH))
  }
  return btoa(text)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
