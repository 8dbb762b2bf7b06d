import { Pool } from 'undici'

/** A raw MCP client: as little as the protocol asks, so that the path is what is measured. */
export interface Session {
  call(name: string, args: object): Promise<unknown>
  close(): Promise<void>
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

/** Opens a session over kept-alive connections, as many as there are `callers`. */
export async function openSession(url: URL, callers: number, token?: string): Promise<Session> {
  const pool = new Pool(url.origin, { connections: callers, pipelining: 1 })
  const headers: Record<string, string> = { ...HEADERS }
  if (token !== undefined) headers.authorization = `Bearer ${token}`

  const post = async (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    const answer = await pool.request({ method: 'POST', path: url.pathname, headers, body })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${answer.statusCode}: ${text}`)
    return { answer, text }
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

  let ids = 0
  return {
    async call(name, args) {
      const { text } = await post({
        id: ++ids,
        method: 'tools/call',
        params: { name, arguments: args },
      })
      const { result, error } = parse(text)
      if (error !== undefined || (result as { isError?: boolean }).isError) throw new Error(text)
      return result
    },
    close: () => pool.close(),
  }
}

/** The JSON-RPC message of an answer, plain or as the last event of a stream. */
function parse(text: string): { result?: unknown; error?: unknown } {
  if (text.startsWith('{')) return JSON.parse(text)
  const data = text.split('\n').findLast((line) => line.startsWith('data: {'))
  return JSON.parse((data ?? '').slice('data: '.length))
}
