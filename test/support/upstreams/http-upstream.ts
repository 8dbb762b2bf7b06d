import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { JsonObject } from '../../../src/kernel/json/value.ts'

/** A request as the upstream received it. */
export interface Asked {
  readonly verb: string
  readonly headers: IncomingHttpHeaders
  /** Empty for GET and DELETE. */
  readonly message: JsonObject
  readonly response: ServerResponse
  /** Answers as JSON. */
  reply(result: JsonObject): void
  /** Answers with a status and nothing else. */
  status(status: number, headers?: Record<string, string>): void
  /** Opens a stream of events, and returns what writes one. */
  stream(): (message: JsonObject) => void
}

/** What the upstream does about a method, or about the verbs `GET` and `DELETE`. */
export type Behaviour = Readonly<Record<string, (asked: Asked) => void>>

export interface HttpUpstream {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Connections made so far. */
  readonly connections: number
  of(method: string): readonly Asked[]
  close(): Promise<void>
}

/** An MCP server over streamable HTTP, written from the specification, in the test's process. */
export async function httpUpstream(
  t: TestContext,
  behaviour: Behaviour = {},
  port = 0,
): Promise<HttpUpstream> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const message = (body === '' ? {} : JSON.parse(body)) as JsonObject
    const verb = request.method ?? ''
    const one = asking({ verb, headers: request.headers, message, response })
    asked.push(one)
    const key = verb === 'POST' ? String(message.method ?? 'answer') : verb
    const behave = { ...USUAL, ...behaviour }[key] ?? (({ status }: Asked) => status(202))
    behave(one)
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  const close = async () => {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  t.after(close)
  return {
    url: `http://127.0.0.1:${taken}/mcp?tenant=a`,
    asked,
    get connections() {
      return connections
    },
    of: (method) => asked.filter(({ message, verb }) => (message.method ?? verb) === method),
    close,
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export const OPENED = { protocolVersion: '2025-11-25', capabilities: { tools: {} } }

const USUAL: Behaviour = {
  initialize: ({ reply }) => reply(OPENED),
  'tools/list': ({ reply }) => reply({ tools: [{ name: 'echo', inputSchema: {} }] }),
  'tools/call': ({ reply }) => reply({ content: [{ type: 'text', text: 'echoed' }] }),
  ping: ({ reply }) => reply({}),
  GET: ({ status }) => status(405),
  DELETE: ({ status }) => status(200),
}

type Request = Pick<Asked, 'verb' | 'headers' | 'message' | 'response'>

function asking({ verb, headers, message, response }: Request): Asked {
  return {
    ...{ verb, headers, message, response },
    reply(result) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
    },
    status: (status, extra = {}) => void response.writeHead(status, extra).end(),
    stream() {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      return (event) => void response.write(`event: message\ndata: ${JSON.stringify(event)}\n\n`)
    },
  }
}
