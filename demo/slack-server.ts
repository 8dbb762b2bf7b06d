/**
 * A small server in the shape of Slack's: `post_message` appends to a local file, since no real
 * Slack can be reached. `post_digest` is the slow one: it answers when the file `release` appears.
 * It serves only who holds its own credential, and asks the runtime about any other token it is
 * handed (RFC 7662).
 */
import { appendFileSync, existsSync, watch } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'

const environment = process.env as Record<
  'SLACK_FILE' | 'SLACK_RELEASE' | 'SLACK_CREDENTIAL',
  string
>
const { SLACK_FILE, SLACK_RELEASE, SLACK_CREDENTIAL } = environment
const introspection = { url: '', secret: '' }

const listener = createServer((request, response) => {
  serve(request, response).catch((error: Error) => {
    process.stderr.write(`slack: ${error.message}\n`)
    response.destroy()
  })
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const credential = request.headers.authorization ?? ''
  if (credential !== `Bearer ${SLACK_CREDENTIAL}`) {
    const active = await introspect(credential.replace(/^\S+ /, ''))
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: 'invalid_token', active }))
    return
  }
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  await slack().connect(transport as Parameters<McpServer['connect']>[0])
  await transport.handleRequest(request, response)
}

function slack(): McpServer {
  const server = new McpServer({ name: 'slack', version: '1.0.0' })
  const message = { channel: z.string(), text: z.string() }
  const posted = (args: { channel: string; text: string }) => {
    appendFileSync(SLACK_FILE, `${JSON.stringify(args)}\n`)
    return { content: [{ type: 'text' as const, text: `posted to ${args.channel}` }] }
  }
  server.registerTool(
    'post_message',
    { description: 'Posts a message to a channel.', inputSchema: message },
    posted,
  )
  server.registerTool(
    'post_digest',
    { description: 'Collects the day and posts a digest. Slow.', inputSchema: message },
    async (args) => {
      appendFileSync(SLACK_FILE, `${JSON.stringify({ started: args.text })}\n`)
      await released()
      return posted(args)
    },
  )
  return server
}

/** Resolves when the file `SLACK_RELEASE` is there. */
function released(): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(SLACK_RELEASE), () => {
      if (!existsSync(SLACK_RELEASE)) return
      watcher.close()
      resolve()
    })
    if (existsSync(SLACK_RELEASE)) {
      watcher.close()
      resolve()
    }
  })
}

async function introspect(token: string): Promise<boolean> {
  if (introspection.url === '') return false
  const answer = await fetch(introspection.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${introspection.secret}` },
    body: new URLSearchParams({ token }),
  })
  return answer.ok && ((await answer.json()) as { active: boolean }).active
}

process.on('message', (settings: typeof introspection) => Object.assign(introspection, settings))
process.on('disconnect', () => process.exit(0))
listener.listen(0, '127.0.0.1', () => process.send?.(listener.address()))
