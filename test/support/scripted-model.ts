import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

/** One question that a model was asked about a tool. */
export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly yes: string
  readonly no: string
  readonly fence: string
  /** Whether this is the question that an honest tool answers with no. */
  readonly aboutOrders: boolean
}

export type Model = (asked: Asked) => string
export type Reply = (asked: Asked, response: ServerResponse) => void

export const FINDS_NOTHING: Model = ({ aboutOrders, yes, no }) => (aboutOrders ? no : yes)
export const FINDS_AN_ORDER: Model = ({ aboutOrders, yes, no }) => (aboutOrders ? yes : no)

/**
 * A server of our own with the shapes of the two APIs. It reads the labels out of the prompt as a
 * model does, and answers what the test says.
 */
export async function scriptedModel(t: TestContext, reply: Reply) {
  const seen: Asked[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const [, yes = '', no = ''] = /Answer (k\w+) or (k\w+)\./.exec(body) ?? []
    const [, fence = ''] = /two lines (k\w+)\./.exec(body) ?? []
    const aboutOrders = body.includes('Does any part of it')
    const { url: path = '', headers } = request
    const asked = { path, headers, body, yes, no, fence, aboutOrders }
    seen.push(asked)
    reply(asked, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { seen, url: `http://127.0.0.1:${port}/v1` }
}

/** What the API of OpenAI answers around the words of a model. */
export function openAiAnswer(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] })
}

/** The same server with a model behind the API of OpenAI. */
export function openAiModel(t: TestContext, model: Model) {
  return scriptedModel(t, (asked, response) => response.end(openAiAnswer(model(asked))))
}
