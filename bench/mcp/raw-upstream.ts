/**
 * An MCP server with nothing in it but the answer, so that what is measured is what
 * stands before it.
 * `node raw-upstream.ts http` prints its port; `node raw-upstream.ts stdio` speaks on its streams;
 * a number after it says how many tools there are. It speaks every revision.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

interface Message {
  readonly id?: number | string
  readonly method: string
  readonly params?: { readonly protocolVersion?: string; readonly arguments?: { message?: string } }
}

const SCHEMA = { type: 'object', properties: { message: { type: 'string' } } }
const COUNT = Number(process.argv[3] ?? 1)
const TOOLS = Array.from({ length: COUNT }, (_, at) => ({
  name: at === 0 ? 'echo' : `echo_${at}`,
  description: 'Says it again.',
  inputSchema: SCHEMA,
}))
const MODERN = '2026-07-28'

function answer({ id, method, params }: Message): string | undefined {
  if (id === undefined) return undefined
  return JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(method, params) })
}

function resultOf(method: string, params: Message['params']): object {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion ?? '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'raw', version: '1' },
      }
    case 'server/discover':
      return {
        ...{ resultType: 'complete', supportedVersions: [MODERN], capabilities: { tools: {} } },
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'raw', version: '1' } },
      }
    case 'tools/list':
      return { tools: TOOLS }
    case 'tools/call':
      return { content: [{ type: 'text', text: `Echo: ${params?.arguments?.message}` }] }
    default:
      return {}
  }
}

function serveHttp(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      const body = answer(JSON.parse(Buffer.concat(chunks).toString()))
      if (body === undefined) return response.writeHead(202).end()
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'raw' })
      return response.end(body)
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
}

function serveStdio(): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const body = answer(JSON.parse(line))
    if (body !== undefined) process.stdout.write(`${body}\n`)
  })
}

if (process.argv[2] === 'http') serveHttp()
else serveStdio()
