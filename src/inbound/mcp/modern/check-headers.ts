import type { IncomingHttpHeaders } from 'node:http'
import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { decodeHeader } from '../header-value.ts'
import { textOf } from '../request-headers.ts'
import { declaredVersion } from './era.ts'

/** Which member of the params `Mcp-Name` repeats; for the tasks extension, SEP-2663 says it. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/**
 * The body is the truth, and whoever stands between judged by the headers: they have to be there,
 * and to say the same.
 * @throws PortcullisError `REQUEST_HEADER_MISMATCH` where one is missing, malformed or another.
 */
export function checkHeaders(headers: IncomingHttpHeaders, { method, params }: McpMessage): void {
  match(headers, 'mcp-method', method)
  const member = NAMED_BY[method]
  if (member === undefined) return
  const name = textOf(headers['mcp-name'])
  // Where the body names nothing either, it is refused for that.
  if (name === undefined && params[member] === undefined) return
  if (name === undefined || decodeHeader(name) !== params[member]) throw mismatch('mcp-name')
}

/** @throws PortcullisError `REQUEST_HEADER_MISMATCH` for another revision than the body names. */
export function checkVersionHeader(headers: IncomingHttpHeaders, params: JsonObject): void {
  // A body that names no revision is refused for that, not for its header.
  const version = declaredVersion(params._meta)
  if (version !== undefined) match(headers, 'mcp-protocol-version', version)
}

function match(headers: IncomingHttpHeaders, header: string, body: JsonValue): void {
  if (textOf(headers[header]) !== body) throw mismatch(header)
}

/** An argument that its server wants repeated as a header. */
interface Repeated {
  /** In lower case, as Node names headers. */
  readonly header: string
  /** The members that lead to it. */
  readonly path: readonly string[]
}

/**
 * `Mcp-Param-…`: arguments that the tool's schema marks with `x-mcp-header`.
 * @throws PortcullisError `REQUEST_HEADER_MISMATCH`.
 */
export function checkParamHeaders(
  headers: IncomingHttpHeaders,
  definition: JsonObject,
  args: JsonObject,
): void {
  for (const { header, path } of repeatedBy(definition)) {
    const value = valueAt(args, path)
    const told = textOf(headers[header])
    const text = value === undefined || value === null ? undefined : textOfValue(value)
    const isSame = told === undefined ? text === undefined : isEqual(told, value, text)
    if (!isSame) throw mismatch(header)
  }
}

/** What is no string, number or truth value can't be repeated: no header is expected then. */
function textOfValue(value: JsonValue): string | undefined {
  if (typeof value === 'object' || value === null) return undefined
  return String(value)
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/

function isEqual(told: string, value: JsonValue | undefined, text: string | undefined): boolean {
  const decoded = decodeHeader(told)
  if (decoded === undefined || text === undefined) return false
  // As numbers: `42.0` is 42.
  if (typeof value === 'number') return DECIMAL.test(decoded) && Number(decoded) === value
  return decoded === text
}

function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
  }
  return value
}

/** Members that one schema may have marked, and how deep they may stand: a server chooses both. */
const REPEATED_LIMIT = 64
const SCHEMA_DEPTH_LIMIT = 16
/** RFC 9110 section 5.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/

const KNOWN = new WeakMap<JsonObject, readonly Repeated[]>()

function repeatedBy(definition: JsonObject): readonly Repeated[] {
  const known = KNOWN.get(definition)
  if (known !== undefined) return known
  const found: Repeated[] = []
  collect(definition.inputSchema, [], found)
  KNOWN.set(definition, found)
  return found
}

/** Along `properties` alone, as the protocol has it. A mark anywhere else marks nothing. */
function collect(schema: JsonValue | undefined, path: readonly string[], found: Repeated[]): void {
  if (!isObject(schema) || found.length >= REPEATED_LIMIT) return
  const mark = schema['x-mcp-header']
  if (typeof mark === 'string' && TOKEN.test(mark) && path.length > 0) {
    found.push({ header: `mcp-param-${mark.toLowerCase()}`, path })
  }
  if (path.length === SCHEMA_DEPTH_LIMIT || !isObject(schema.properties)) return
  for (const [name, inner] of Object.entries(schema.properties)) {
    collect(inner, [...path, name], found)
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mismatch(header: string): PortcullisError {
  return new PortcullisError('REQUEST_HEADER_MISMATCH', `\`${header}\` is missing or contradicts`)
}
