import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'

/** A server as a client starts or reaches it. */
export type ClientServer = StartedServer | ReachedServer

export interface StartedServer {
  readonly name: string
  readonly kind: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface ReachedServer {
  readonly name: string
  readonly kind: 'http' | 'sse'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ReadServers {
  readonly servers: readonly ClientServer[]
  /** What is there and could not be taken, with why. */
  readonly left: readonly { readonly name: string; readonly why: string }[]
}

/**
 * The servers in the configuration of a client: JSON with comments, under `mcpServers` (Claude,
 * Cursor) or `servers` (VS Code); of Claude Code those of each of its projects too.
 * @throws PortcullisError `IMPORT_UNREADABLE` for a text that is no such configuration.
 */
export function readServers(text: string, file: string): ReadServers {
  const errors: ParseError[] = []
  const value: JsonValue = parse(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first !== undefined || !isJsonObject(value)) {
    const line = text.slice(0, first?.offset ?? 0).split('\n').length
    const why = first === undefined ? 'it is no object' : printParseErrorCode(first.error)
    throw new PortcullisError('IMPORT_UNREADABLE', `${file}:${line}: ${why}`)
  }
  const projects = isJsonObject(value.projects) ? Object.values(value.projects) : []
  const tables = [value, ...projects].filter(isJsonObject).flatMap(tablesOf)
  const servers: ClientServer[] = []
  const left: { name: string; why: string }[] = []
  for (const [name, written] of tables.flatMap((table) => Object.entries(table))) {
    const read = serverOf(name, written)
    if (typeof read === 'string') left.push({ name, why: read })
    else if (!servers.some((other) => sameServer(other, read))) servers.push(read)
  }
  return { servers, left }
}

function tablesOf({ mcpServers, servers }: JsonObject): readonly JsonObject[] {
  return [mcpServers, servers].filter(isJsonObject)
}

/** A server, or why it is none that can be taken. */
function serverOf(name: string, written: JsonValue): ClientServer | string {
  if (!isJsonObject(written)) return 'it is no object'
  if (written.disabled === true) return 'it is disabled'
  const { command, args = [], env = {}, cwd, url, serverUrl, headers = {}, type } = written
  if (typeof command === 'string' && command !== '') {
    if (!isTexts(args)) return '`args` are no texts'
    if (!isTable(env)) return '`env` holds what is no text'
    const started = { name, kind: 'stdio', command, args, env } as const
    return typeof cwd === 'string' ? { ...started, cwd } : started
  }
  const address = url ?? serverUrl
  if (typeof address !== 'string') return 'it has neither `command` nor `url`'
  if (!URL.canParse(address.replaceAll(/\$\{[^}]*\}/g, 'x'))) return '`url` is no address'
  if (!isTable(headers)) return '`headers` hold what is no text'
  return { name, kind: type === 'sse' ? 'sse' : 'http', url: address, headers }
}

function isTexts(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isTable(value: JsonValue): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((item) => typeof item === 'string')
}

function sameServer(one: ClientServer, other: ClientServer): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
