import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import type { Form } from '../../kernel/tools/schemapin/canonical-form.ts'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import { schemaHash } from '../../kernel/tools/schemapin/lineage.ts'
import { withSignature } from '../../kernel/tools/schemapin/signature-document.ts'
import { readSigningKey, signDefinition, signingKey } from '../parts.ts'
import { readTextFile } from '../text-files.ts'

/** Tools that are signed at once. */
export const SIGNED_AT_ONCE_LIMIT = 10_000

export interface SignToolsOptions {
  readonly key: string
  readonly domain: string
  readonly developer: string
  readonly signedAt: Date
  readonly expiresAt?: Date
  readonly schemaVersion?: string
  /** A file of the tools as they were signed before: each signature names the one before it. */
  readonly previous?: string
  /** Signs what one SDK writes where they disagree. */
  readonly form?: Form
}

/** What to publish: beside the tools or in them, and under the domain. */
export interface SignedTools {
  readonly fingerprint: string
  /** For a file of signatures: `[servers.NAME.schemapin] signatures`. */
  readonly tools: Readonly<Record<string, JsonObject>>
  /** The definitions with their signatures in them. */
  readonly definitions: readonly JsonObject[]
  /** For `https://DOMAIN/.well-known/schemapin.json`. */
  readonly document: JsonObject
}

/**
 * Signs the tools in a file: one definition, a list of them, or an answer to `tools/list`.
 * @throws PortcullisError `SCHEMA_UNSIGNABLE`, `SIGNER_FILE_INVALID`, `FILE_UNREADABLE`, `KEYS_*`,
 * `REQUEST_INVALID`.
 */
export async function signTools(file: string, options: SignToolsOptions): Promise<SignedTools> {
  const { domain: written, developer, signedAt, expiresAt, schemaVersion, form } = options
  const domain = domainName(written)
  if (domain === undefined) {
    throw new PortcullisError('REQUEST_INVALID', `\`${written}\` is no host name`)
  }
  const key = await readSigningKey(options.key)
  const { fingerprint, pem } = signingKey(key)
  const text = readTextFile(file)
  const definitions = definitionsIn(text, file)
  const hints = {
    ...{ domain, signedAt: seconds(signedAt) },
    ...(expiresAt !== undefined && { expiresAt: seconds(expiresAt) }),
    ...(schemaVersion !== undefined && { schemaVersion }),
  }
  const how = { key, text, ...(form !== undefined && { form }) }
  const before = options.previous === undefined ? new Map() : hashesIn(options.previous)
  const signed = definitions.map((each) => {
    const previousHash: string | undefined = before.get(each.name)
    const named = previousHash === undefined ? hints : { ...hints, previousHash }
    return [each, signDefinition(each, { ...how, hints: named })] as const
  })
  return {
    fingerprint,
    tools: Object.fromEntries(signed.map(([{ name }, signature]) => [String(name), signature])),
    definitions: signed.map(([definition, signature]) => withSignature(definition, signature)),
    document: {
      schema_version: '1.4',
      developer_name: developer,
      public_key_pem: pem,
      revoked_keys: [],
    },
  }
}

/**
 * Definitions of tools, each with a name of its own; that of a signed schema of the SDKs, too.
 * @throws PortcullisError `SIGNER_FILE_INVALID`.
 */
export function definitionsIn(text: string, file: string): readonly JsonObject[] {
  const listed = listedIn(parsed(text, file))
  const found = listed.filter(isJsonObject).filter(({ name }) => typeof name === 'string')
  const names = new Set(found.map(({ name }) => name))
  const whole = found.length === listed.length && names.size === listed.length
  if (whole && listed.length > 0 && listed.length <= SIGNED_AT_ONCE_LIMIT) return found
  throw new PortcullisError('SIGNER_FILE_INVALID', `\`${file}\` holds no tools, each with its name`)
}

/** Of the tools in a file by their names: what successors name as previous. */
export function hashesIn(file: string): ReadonlyMap<unknown, string> {
  const definitions = definitionsIn(readTextFile(file), file)
  return new Map(definitions.map((each) => [each.name, schemaHash(each)]))
}

function listedIn(read: JsonValue): readonly JsonValue[] {
  if (!isJsonObject(read)) return Array.isArray(read) ? read : []
  if (Array.isArray(read.tools)) return read.tools
  return isSignedSchema(read) ? [read.schema ?? null] : [read]
}

/** What the signers of the official SDKs write: the schema, and its signature beside it. */
export function isSignedSchema(read: JsonValue): boolean {
  return isJsonObject(read) && isJsonObject(read.schema) && typeof read.signature === 'string'
}

function parsed(text: string, file: string): JsonValue {
  try {
    return parseStrictJson(new TextEncoder().encode(text))
  } catch (error) {
    const why = `\`${file}\` is no plain JSON (${codeOf(error)})`
    throw new PortcullisError('SIGNER_FILE_INVALID', why)
  }
}

/** RFC 3339 in UTC, to the second, as the SDKs write it. */
function seconds(at: Date): string {
  return at.toISOString().replace(/\.[0-9]{3}Z$/, 'Z')
}
