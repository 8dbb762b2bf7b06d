import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

/** What it answers to one request; nothing, to let the client wait. */
export interface ScriptedAnswer {
  readonly status: number
  readonly body?: string
  readonly type?: string
  readonly location?: string
}

export interface ScriptedWitness {
  readonly url: string
  /** The bodies that it was sent, in order. */
  readonly received: string[]
  /** The requests that came, whatever their method and path. */
  readonly requests: string[]
}

/** An HTTP server that answers as it is told, however wrong that is. */
export async function scriptedWitness(
  t: TestContext,
  answer: (body: string) => ScriptedAnswer | undefined,
): Promise<ScriptedWitness> {
  const [received, requests]: [string[], string[]] = [[], []]
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const body = await text(request)
    received.push(body)
    const said = answer(body)
    if (said === undefined) return
    const { status, type = 'text/plain', location } = said
    response.writeHead(status, { 'content-type': type, ...(location && { location }) })
    response.end(said.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/w`, received, requests }
}
