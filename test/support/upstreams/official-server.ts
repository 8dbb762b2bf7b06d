/** An ordinary server, made with the official SDK. Run by itself it serves its standard streams. */
import {
  acceptedContent,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

const STATES = createRequestStateCodec<{ step: number }>({
  key: crypto.getRandomValues(new Uint8Array(32)),
})

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  logging: {},
}

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })
const NAME = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
}

export function officialServer(): McpServer {
  const server = new McpServer(
    { name: 'official', version: '1.0.0' },
    { capabilities: CAPABILITIES, requestState: { verify: STATES.verify } },
  )
  const region = { type: 'string', 'x-mcp-header': 'Region' }
  const inputSchema = fromJsonSchema<{ region: string }>({ type: 'object', properties: { region } })
  server.registerTool('where', { inputSchema }, async (args) => said(args.region))
  server.registerTool('greet', {}, async ({ mcpReq }) => {
    const answer = acceptedContent<{ name: string }>(mcpReq.inputResponses, 'who')
    if (answer !== undefined) return said(`hello ${answer.name}`)
    const who = inputRequired.elicit({ message: 'Who are you?', requestedSchema: NAME })
    const requestState = await STATES.mint({ step: 1 })
    return inputRequired({ inputRequests: { who }, requestState })
  })
  server.registerTool('steps', {}, async ({ mcpReq }) => {
    const { _meta } = mcpReq
    const progressToken = _meta?.progressToken
    if (progressToken !== undefined) {
      const params = { progressToken, progress: 1, total: 2 }
      await mcpReq.notify({ method: 'notifications/progress', params })
    }
    return said('done')
  })
  server.registerTool('log', {}, async ({ mcpReq }) => {
    for (const level of ['debug', 'warning'] as const) await mcpReq.log(level, `a ${level}`)
    return said('logged')
  })
  server.registerResource('note', 'file:///note', {}, async (uri) => ({
    contents: [{ uri: uri.href, text: 'written' }],
  }))
  return server
}

if (import.meta.main) serveStdio(officialServer)
