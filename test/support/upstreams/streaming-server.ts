import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer, type ServerContext } from '@modelcontextprotocol/server'
import { createEventStore } from '../../conformance/mcp/fixture/event-store.ts'

/** A tool of the server. `hungUp` resolves when no response of the server is open any more. */
type Tool = (context: ServerContext, hungUp: () => Promise<void>) => Promise<string>

export interface StreamingServer {
  readonly url: string
  close(): void
}

/** A server of the official SDK that keeps the events of its streams, in the test's process. */
export async function streamingServer(tools: Record<string, Tool>): Promise<StreamingServer> {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>()
  const posts = new Set<ServerResponse>()
  const hungUp = async () => {
    await Promise.all([...posts].map((response) => once(response, 'close')))
  }
  const opened = async () => {
    const server = new McpServer({ name: 'streaming', version: '1' })
    for (const [name, tool] of Object.entries(tools)) {
      server.registerTool(name, {}, async (context) => {
        return { content: [{ type: 'text', text: await tool(context, hungUp) }] }
      })
    }
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: 1,
      onsessioninitialized: (id) => void transports.set(id, transport),
    })
    await server.connect(transport)
    return transport
  }
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      posts.add(response)
      response.once('close', () => posts.delete(response))
    }
    const known = transports.get(String(request.headers['mcp-session-id']))
    await (known ?? (await opened())).handleRequest(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
