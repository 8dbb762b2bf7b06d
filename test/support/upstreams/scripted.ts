/**
 * An MCP server on its streams, written from the specification, that behaves as it is told, well or
 * ill. `node scripted.ts FILE OPTIONS` appends every line it receives to FILE; OPTIONS is JSON.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

type Json = Record<string, unknown>

export interface ScriptedOptions {
  /** The revision that it chooses. */
  readonly version?: string
  readonly capabilities?: Json
  /** Written to standard output before anything else. */
  readonly greeting?: string
  /** Never answers this method. */
  readonly silent?: string
  /** Ends neither by SIGTERM nor when its input closes. */
  readonly stubborn?: boolean
  /** The pages of its tools never end. */
  readonly endless?: boolean
  /** The tools listed, in place of its own. */
  readonly tools?: unknown
}

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: {
    readonly name?: string
    readonly arguments?: Json
    readonly cursor?: string
    readonly _meta?: Json
  }
}

const [, , file = '', json = '{}'] = process.argv
const options: ScriptedOptions = JSON.parse(json)
const held = new Map<string, unknown>()
const added: string[] = []
const heard: Message[] = []
const asked = new Map<string, (answer: Message) => void>()
let listings = 0
let opened: object | undefined

const write = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const reply = (id: unknown, result: unknown) => write({ jsonrpc: '2.0', id, result })
const say = (id: unknown, text: string) => reply(id, { content: [{ type: 'text', text }] })
const changed = () => write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
const STUBBORN = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);'
const READY = `${STUBBORN} process.stdout.write("ready")`

const UNKNOWN = { code: -32601, message: 'method not found' }

const TOOLS: Record<string, (id: unknown, args: Json, meta: Json) => void> = {
  echo: (id, { message }) => say(id, String(message)),
  answer: (id, { result }) => reply(id, result),
  /** A list of so many items, each as it stands in `item`. */
  items(id, { count, item }) {
    const list = `[${`${item},`.repeat(Number(count) - 1)}${item}]`
    const result = `{"content":[],"structuredContent":{"list":${list}}}`
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":${result}}\n`)
  },
  large: (id, { bytes }) => say(id, 'x'.repeat(Number(bytes))),
  /** Written as it stands in `line`, with the id put in. */
  raw: (id, { line }) => process.stdout.write(`${String(line).replace('ID', String(id))}\n`),
  hold: (id, { name }) => held.set(String(name), id),
  release(id, { order }) {
    for (const name of order as string[]) say(held.get(name), name)
    say(id, 'released')
  },
  twice(id) {
    say(id, 'once')
    say(id, 'again')
    say(999_999, 'to nobody')
    say(`${id}`, 'to a string')
  },
  refuse: (id) => write({ jsonrpc: '2.0', id, error: { code: -32000, message: 'not today' } }),
  die: () => process.exit(7),
  'answer-and-die'(id) {
    say(id, 'last words')
    process.stdout.end(() => process.exit(0))
  },
  flood: () => process.stdout.write('x'.repeat(17 * 1024 * 1024)),
  mumble(id, { text }) {
    process.stderr.write(`${text}\n`)
    say(id, 'mumbled')
  },
  'add-tool'(id, { name, times }) {
    added.push(String(name))
    say(id, 'added')
    for (let i = 0; i < Number(times ?? 1); i++) changed()
  },
  listings: (id) => say(id, String(listings)),
  /** Asks the client, and tells what it answered. */
  ask(id, { methods }) {
    for (const method of methods as string[]) write({ jsonrpc: '2.0', id: method, method })
    held.set('asked', id)
  },
  /** Writes messages before its answer, with the token of the call in place of `TOKEN`. */
  emit(id, { messages }, meta) {
    const token = JSON.stringify(meta.progressToken ?? null)
    const text = (messages as Json[]).map((message) => `${JSON.stringify(message)}\n`).join('')
    process.stdout.write(text.replaceAll('"TOKEN"', token))
    say(id, 'emitted')
  },
  /** Asks the client one thing, as often as it is told, and says all that it answered. */
  'ask-one'(id, { method, params, times = 1, as = `ask ${id}` }) {
    const answers: Message[] = []
    const ask = () => write({ jsonrpc: '2.0', id: as, method, params })
    asked.set(String(as), (answer) => {
      answers.push(answer)
      if (answers.length < Number(times)) ask()
      else say(id, JSON.stringify(answers.at(-1)))
    })
    ask()
  },
  /** Sends what it is told to, and nothing else: not even an answer. */
  garbage: (_id, { text }) => process.stdout.write(String(text)),
  pid: (id) => say(id, String(process.pid)),
  deaf(id) {
    input.pause()
    setInterval(() => undefined, 60_000)
    say(id, 'deaf')
  },
  /** The child ignores SIGTERM. */
  'start-child'(id) {
    const child = spawn(process.execPath, ['-e', READY], { stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.once('data', () => say(id, JSON.stringify([process.pid, child.pid])))
  },
  /** Leaves somebody behind, in another group, who holds the streams open, and ends. */
  'leave-behind'() {
    const daemon = spawn(process.execPath, ['-e', STUBBORN], { stdio: 'inherit', detached: true })
    daemon.on('spawn', () => {
      appendFileSync(`${file}.daemon`, String(daemon.pid))
      process.exit(0)
    })
  },
}

function page(cursor: string | undefined): Json {
  listings++
  const named = (names: readonly string[]) =>
    names.map((name) => ({ name, inputSchema: { type: 'object' } }))
  if (options.tools !== undefined) return { tools: options.tools }
  if (cursor === undefined) return { tools: named(Object.keys(TOOLS)), nextCursor: '1' }
  if (options.endless) return { tools: [], nextCursor: `${Number(cursor) + 1}` }
  return { tools: named(['last-page', ...added]) }
}

function receive({ id, method, params = {} }: Message): void {
  if (id === undefined || method === options.silent) return
  const { version = '2025-11-25', capabilities = { tools: { listChanged: true } } } = options
  if (method === 'initialize') opened = params
  if (method === 'initialize') reply(id, { protocolVersion: version, capabilities })
  else if (method === 'tools/list') reply(id, page(params.cursor))
  else if (method === 'tools/call')
    TOOLS[params.name ?? '']?.(id, params.arguments ?? {}, params._meta ?? {})
  else if (method === 'about') reply(id, opened ?? {})
  else if (method === 'server/discover') write({ jsonrpc: '2.0', id, error: UNKNOWN })
}

const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  appendFileSync(file, `${line}\n`)
  const message = JSON.parse(line) as Message
  if (message.method !== undefined) return receive(message)
  const hear = asked.get(String(message.id))
  if (hear !== undefined) return hear(message)
  heard.push(message)
  if (heard.length === 2) say(held.get('asked'), JSON.stringify(heard))
})
if (options.greeting !== undefined) process.stdout.write(options.greeting)
if (options.stubborn) {
  process.on('SIGTERM', () => undefined)
  setInterval(() => undefined, 60_000)
}
