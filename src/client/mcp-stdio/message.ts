import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'

/** A line of the client, as far as the bridge reads it; what is passed on is the line itself. */
export interface ClientMessage {
  readonly line: string
  readonly method?: string
  readonly id?: string | number
  readonly params: JsonObject
  /** The revision that the message says it is of (MCP 2026-07-28); before that none does. */
  readonly revision?: string
}

const REVISION = 'io.modelcontextprotocol/protocolVersion'

/** Nothing for a line that is no message. */
export function readLine(line: string): ClientMessage | undefined {
  const value = parsed(line)
  if (!isJsonObject(value)) return undefined
  const { id, method, params = {} } = value
  const known = isJsonObject(params) ? params : {}
  const meta = isJsonObject(known._meta) ? known._meta : {}
  const revision = meta[REVISION]
  return {
    line,
    params: known,
    ...(typeof method === 'string' && { method }),
    ...((typeof id === 'string' || typeof id === 'number') && { id }),
    ...(typeof revision === 'string' && { revision }),
  }
}

function parsed(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** What headers repeat of a message of MCP 2026-07-28 (transports, standard headers). */
export function mirroredHeaders({ method, params, revision }: ClientMessage) {
  if (revision === undefined || method === undefined) return {}
  const named = method === 'resources/read' ? params.uri : params.name
  return {
    'mcp-protocol-version': revision,
    'mcp-method': headerText(method),
    ...(typeof named === 'string' && { 'mcp-name': headerText(named) }),
  }
}

/** What no header can carry goes as `=?base64?…?=`. */
function headerText(text: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?')) return text
  return `=?base64?${Buffer.from(text).toString('base64')}?=`
}

/** An error that the bridge answers in the runtime's place. */
export function errorLine(id: string | number | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
}
