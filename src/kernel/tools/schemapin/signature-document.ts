import { isJsonObject, type JsonObject } from '../../json/value.ts'
import { Fault } from './verification.ts'

/**
 * The member of a tool's `_meta` that holds its signature document. SchemaPin names no place in an
 * MCP tool, so the prefix is ours, as MCP asks of those who define a key.
 */
export const SIGNATURE_MEMBER = 'portcullis/schemapin'

/** The only canonical form that there is (specification, section 19). */
export const CANONICALIZATION = 'schemapin-v1'

/**
 * A detached signature. The signature is over the schema alone: every other member is a hint, which
 * whoever hands on the document can change.
 */
export interface SignatureDocument {
  /** Base64 of DER. */
  readonly signature: string
  readonly domain?: string
  readonly canonicalization?: string
  readonly expiresAt?: string
  readonly schemaVersion?: string
  readonly previousHash?: string
}

/** @throws Fault for what is no signature document. */
export function signatureDocument(value: unknown): SignatureDocument {
  const malformed = (why: string) => new Fault('signature_document', 'signature_invalid', why)
  if (!isJsonObject(value)) throw malformed('the signature document is no object')
  const text = (name: string) => {
    const held = value[name]
    if (held === undefined || held === null) return undefined
    if (typeof held === 'string') return held
    throw malformed(`\`${name}\` of the signature document is no text`)
  }
  const signature = text('signature')
  if (signature === undefined) throw malformed('the signature document has no `signature`')
  const optional = {
    domain: text('domain'),
    canonicalization: text('canonicalization'),
    expiresAt: text('expires_at'),
    schemaVersion: text('schema_version'),
    previousHash: text('previous_hash'),
  }
  return { signature, ...present(optional) }
}

function present<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** A tool's definition, taken apart. */
export interface SignedDefinition {
  /** All of it but the signature: what the signature has to be over. */
  readonly schema: JsonObject
  /** As it stands in the definition; absent where there is none. */
  readonly signature: unknown
}

/**
 * The whole definition less its signature: name, title, description, schemas, annotations, icons.
 * A signature over a part of it does not hold: the model reads the other part, too.
 */
export function signedDefinition(definition: JsonObject): SignedDefinition {
  const { _meta: meta, ...rest } = definition
  if (!isJsonObject(meta) || !Object.hasOwn(meta, SIGNATURE_MEMBER)) {
    return { schema: definition, signature: undefined }
  }
  const { [SIGNATURE_MEMBER]: signature, ...others } = meta
  const bare = Object.keys(others).length === 0
  return { schema: bare ? rest : { ...rest, _meta: others }, signature }
}

/** The definition with the signature in it. */
export function withSignature(definition: JsonObject, signature: JsonObject): JsonObject {
  const { _meta: meta } = definition
  const others = isJsonObject(meta) ? meta : {}
  return { ...definition, _meta: { ...others, [SIGNATURE_MEMBER]: signature } }
}
