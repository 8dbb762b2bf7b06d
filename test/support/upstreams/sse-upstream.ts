import type { TestContext } from 'node:test'
import type { JsonObject } from '../../../src/kernel/json/value.ts'
import { type Asked, type Behaviour, type HttpUpstream, httpUpstream } from './http-upstream.ts'

export interface SseUpstream extends HttpUpstream {
  /** Writes a message on the last stream. */
  say(message: JsonObject): void
  /** Writes bytes on the last stream as they are. */
  write(text: string): void
  /** Ends the last stream. */
  hangUp(): void
}

export interface SseScript {
  /** Where messages are to go; by default `/messages?session=1`. */
  readonly endpoint?: string
  readonly revision?: string
  /** What is done about methods; each is answered 202 before. */
  readonly behaviour?: Readonly<Record<string, (asked: Asked) => void>>
}

/** A server of MCP 2024-11-05 over HTTP, written from the specification. */
export async function sseUpstream(t: TestContext, script: SseScript = {}): Promise<SseUpstream> {
  const { endpoint = '/messages?session=1', revision = '2024-11-05', behaviour = {} } = script
  let last: Asked | undefined
  const say = (message: JsonObject) =>
    void last?.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
  const answer = ({ message }: Asked, result: JsonObject) =>
    say({ jsonrpc: '2.0', id: message.id ?? null, result })
  const usual: Record<string, (asked: Asked) => void> = {
    initialize: (asked) =>
      answer(asked, { protocolVersion: revision, capabilities: { tools: {} } }),
    'tools/list': (asked) => answer(asked, { tools: [{ name: 'echo', inputSchema: {} }] }),
    'tools/call': (asked) => answer(asked, { content: [{ type: 'text', text: 'echoed' }] }),
  }
  const posted: Behaviour = Object.fromEntries(
    Object.entries({ ...usual, ...behaviour }).map(([method, act]) => [
      method,
      (asked: Asked) => {
        // Only the address that was named takes messages.
        if (!asked.response.req.url?.startsWith('/messages')) return asked.status(404)
        asked.status(202)
        act(asked)
      },
    ]),
  )
  const upstream = await httpUpstream(t, {
    'server/discover': ({ status }) => status(405),
    ...posted,
    GET(asked) {
      last = asked
      asked.stream()
      asked.response.write(`event: endpoint\ndata: ${endpoint}\n\n`)
    },
  })
  return {
    ...upstream,
    say,
    write: (text) => void last?.response.write(text),
    hangUp: () => void last?.response.end(),
  }
}
