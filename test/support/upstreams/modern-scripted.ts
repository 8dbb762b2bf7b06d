/**
 * A server of MCP 2026-07-28 on its streams, written from the specification: its tools behave as
 * they are called. `node modern-scripted.ts FILE` appends every line it receives to FILE.
 */
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

type Json = Record<string, unknown>

interface Message {
  readonly id?: string
  readonly method?: string
  readonly params?: Json & { readonly _meta?: Json; readonly arguments?: Json }
}

const [, , file = ''] = process.argv
const META = 'io.modelcontextprotocol/'
const held = new Map<unknown, string>()
let listening: string | undefined

const write = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const reply = (id: unknown, result: Json) =>
  write({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } })
const tell = (method: string, params: Json) =>
  write({ jsonrpc: '2.0', method: `notifications/${method}`, params })
const told = (method: string, id: unknown, params: Json = {}) =>
  tell(method, { ...params, _meta: { [`${META}subscriptionId`]: id } })

const CAPABILITIES = { tools: { listChanged: true }, logging: {} }

const TOOLS: Record<string, (id: string, params: Json & { _meta?: Json }) => void> = {
  echo: (id, { arguments: args }) => reply(id, { content: [], args }),
  /** Answered when `release` is called, after progress for everybody. */
  hold: (id) => held.set(id, id),
  release(id) {
    for (const one of held.keys()) tell('progress', { progressToken: one, progress: 1 })
    for (const one of [...held.keys()].toReversed()) reply(one, { content: [], id: one })
    reply(id, { content: [] })
  },
  need(id, { inputResponses }) {
    if (inputResponses !== undefined) return reply(id, { content: [], inputResponses })
    const inputRequests = { where: { method: 'roots/list' } }
    reply(id, { resultType: 'input_required', inputRequests, requestState: 'kept' })
  },
  change(id) {
    told('tools/list_changed', 'p1')
    told('tools/list_changed', listening)
    tell('tools/list_changed', {})
    reply(id, { content: [] })
  },
  /** Written as it stands in `line`, with the id put in. */
  raw: (id, { arguments: args }) =>
    process.stdout.write(`${String((args as Json).line).replace('ID', id)}\n`),
  die: () => process.exit(7),
}

const METHODS: Record<string, (id: string, params: Json & { _meta?: Json }) => void> = {
  'server/discover': (id) =>
    reply(id, { supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES }),
  'tools/list': (id) =>
    reply(id, { tools: Object.keys(TOOLS).map((name) => ({ name, inputSchema: {} })) }),
  'tools/call': (id, params) => TOOLS[String(params.name)]?.(id, params),
  'subscriptions/listen'(id, { notifications }) {
    listening = id
    told('subscriptions/acknowledged', id, { notifications })
  },
}

createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(file, `${line}\n`)
  const { id, method = '', params = {} } = JSON.parse(line) as Message
  if (id === undefined) return
  const known = METHODS[method]
  const error = { code: -32601, message: 'only 2026-07-28 is spoken here' }
  if (known === undefined) write({ jsonrpc: '2.0', id, error })
  else known(id, params)
})
