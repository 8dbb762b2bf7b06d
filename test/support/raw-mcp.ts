import assert from 'node:assert/strict'

/** MCP by hand, for tests that look at each connection. */
export interface RawMcp {
  post(message: object): Promise<Response>
  /** The stream of server-sent events of the session. */
  stream(): Promise<Response>
}

const INITIALIZE = {
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: {
    protocolVersion: '2025-11-25',
    ...{ capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
  },
}

/** Opens a session with a token. */
export async function rawMcp(address: string, token: string): Promise<RawMcp> {
  const url = `${address}/mcp`
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  }
  const post = (message: object) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(message) })
  const opened = await post(INITIALIZE)
  assert.equal(opened.status, 200, await opened.text())
  headers['mcp-session-id'] = opened.headers.get('mcp-session-id') ?? ''
  return { post, stream: () => fetch(url, { headers }) }
}

export function callOf(name: string, args: object, more: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, ...more } }
}
