/**
 * An agent: a process of its own with the official MCP client, told over IPC what to ask for. What
 * comes back is sent home word for word. Its token may be bound to a key (RFC 9449); then it
 * signs a proof for each request.
 */
import { createHash, randomUUID } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { importJWK, type JWK, SignJWT } from 'jose'

export interface AgentSettings {
  readonly url: string
  readonly token: string
  /** Private key that the token is bound to; without it the token goes as a plain bearer. */
  readonly key?: JWK
}

export type Order =
  | { readonly id: number; readonly call: string; readonly args: Record<string, unknown> }
  | { readonly id: number; readonly list: true }

export type Reply = { readonly id: number; readonly result?: unknown; readonly error?: string }

/** `fetch` that presents the token, and the proof of possession where it is bound to a key. */
export function credentialed({ token, key }: AgentSettings) {
  return async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('authorization', key ? `DPoP ${token}` : `Bearer ${token}`)
    if (key)
      headers.set(
        'dpop',
        await proof(key, token, { url: String(url), method: init.method ?? 'GET' }),
      )
    return fetch(url, { ...init, headers })
  }
}

async function proof(key: JWK, token: string, request: { url: string; method: string }) {
  const { d: _private, ...jwk } = key
  const ath = createHash('sha256').update(token).digest('base64url')
  return new SignJWT({ htm: request.method, htu: request.url, ath, jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(await importJWK(key, 'EdDSA'))
}

async function obey(client: Client, order: Order): Promise<Reply> {
  try {
    const result =
      'call' in order
        ? await client.callTool({ name: order.call, arguments: order.args })
        : await client.listTools()
    return { id: order.id, result }
  } catch (error) {
    return { id: order.id, error: (error as Error).message }
  }
}

async function main(settings: AgentSettings): Promise<void> {
  const client = new Client({ name: 'demo-agent', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(settings.url), {
    fetch: credentialed(settings),
  })
  await client.connect(transport)
  process.send?.({ id: 0, result: { session: transport.sessionId } })
  process.on('message', async (order: Order) => process.send?.(await obey(client, order)))
}

if (process.send) {
  process.once('disconnect', () => process.exit(0))
  process.once('message', (settings: AgentSettings) => {
    main(settings).catch((error: Error) => process.send?.({ id: 0, error: error.message }))
  })
}
