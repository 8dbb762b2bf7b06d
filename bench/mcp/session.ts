import { Pool } from 'undici'

/** A raw MCP client: as little as the protocol asks, so that the path is what is measured. */
export interface Session {
  call(name: string, args: object): Promise<unknown>
  /** Names of one page of tools, and where the next one begins. */
  list(cursor?: string): Promise<{ readonly count: number; readonly next: string | undefined }>
  close(): Promise<void>
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

const MODERN = '2026-07-28'
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

export interface SessionOptions {
  /** Connections that are kept alive. */
  readonly callers: number
  readonly token?: string | undefined
  /** Speaks MCP 2026-07-28, which has no sessions. */
  readonly modern?: boolean | undefined
}

/** Opens a session over kept-alive connections, as many as there are `callers`. */
export async function openSession(
  url: URL,
  { callers, token, modern = false }: SessionOptions,
): Promise<Session> {
  const pool = new Pool(url.origin, { connections: callers, pipelining: 1 })
  const headers: Record<string, string> = { ...HEADERS }
  if (token !== undefined) headers.authorization = `Bearer ${token}`

  const post = async (message: object, more: Record<string, string> = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    const all = { ...headers, ...more }
    const answer = await pool.request({ method: 'POST', path: url.pathname, headers: all, body })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${answer.statusCode}: ${text}`)
    return { answer, text }
  }

  const end = async () => {
    const answer = await pool.request({ method: 'DELETE', path: url.pathname, headers })
    await answer.body.dump()
  }

  let ids = 0
  const ask = async (method: string, params: object, name?: string) => {
    const meta = modern ? { _meta: META } : {}
    const message = { id: ++ids, method, params: { ...params, ...meta } }
    const mirrored = { 'mcp-method': method, ...(name !== undefined && { 'mcp-name': name }) }
    const { text } = await post(message, modern ? mirrored : {})
    const { result, error } = parse(text)
    if (error !== undefined || (result as { isError?: boolean }).isError) throw new Error(text)
    return result
  }
  const session: Session = {
    call: (name, args) => ask('tools/call', { name, arguments: args }, name),
    async list(cursor) {
      const page = await ask('tools/list', cursor === undefined ? {} : { cursor })
      const { tools, nextCursor } = page as { tools: readonly unknown[]; nextCursor?: string }
      return { count: tools.length, next: nextCursor }
    },
    async close() {
      if (headers['mcp-session-id'] !== undefined) await end()
      await pool.close()
    },
  }
  if (modern) {
    headers['mcp-protocol-version'] = MODERN
    return session
  }
  const clientInfo = { name: 'bench', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const opened = await post({ id: 0, method: 'initialize', params })
  const id = opened.answer.headers['mcp-session-id']
  if (typeof id === 'string') headers['mcp-session-id'] = id
  headers['mcp-protocol-version'] = (
    parse(opened.text).result as { protocolVersion: string }
  ).protocolVersion
  await post({ method: 'notifications/initialized' })

  return session
}

/** The JSON-RPC message of an answer, plain or as the last event of a stream. */
function parse(text: string): { result?: unknown; error?: unknown } {
  if (text.startsWith('{')) return JSON.parse(text)
  const data = text.split('\n').findLast((line) => line.startsWith('data: {'))
  return JSON.parse((data ?? '').slice('data: '.length))
}
