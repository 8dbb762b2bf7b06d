import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { connectMcpServers, type McpServers } from '../../../src/connectors/mcp/mcp-servers.ts'
import type {
  HttpOptions,
  McpServerOptions,
  StdioOptions,
} from '../../../src/connectors/mcp/options.ts'
import type { JsonObject } from '../../../src/kernel/json/value.ts'
import type { RecordedEvent } from '../../../src/kernel/receipt/receipt.ts'
import type { Log } from '../../../src/pipeline/ports.ts'
import { SALES } from '../in-memory-ports.ts'
import type { ScriptedOptions } from './scripted.ts'

const require = createRequire(import.meta.url)
export const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')
export const FILESYSTEM = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const SCRIPTED = join(import.meta.dirname, 'scripted.ts')
const MODERN_SCRIPTED = join(import.meta.dirname, 'modern-scripted.ts')

export interface Connected extends McpServers {
  readonly log: WaitingLog
  /** What the servers reported, in order. */
  readonly reported: readonly RecordedEvent[]
  /** Calls `server.tool`. */
  call(name: string, args?: JsonObject): Promise<JsonObject>
  /** The same, as the text that the tool answered. */
  text(name: string, args?: JsonObject): Promise<string>
}

/** Servers that have been tried once, and are closed after the test. */
export async function connect(
  t: TestContext,
  options: Record<string, McpServerOptions>,
): Promise<Connected> {
  const connected = connecting(t, options)
  await connected.ready()
  return connected
}

export function connecting(t: TestContext, options: Record<string, McpServerOptions>): Connected {
  const log = waitingLog()
  const reported: RecordedEvent[] = []
  const report = (event: RecordedEvent) => void reported.push(event)
  const servers = connectMcpServers(options, { log, report })
  t.after(() => servers.close())
  const call = (name: string, args: JsonObject = {}) => {
    const [server = '', tool = ''] = name.split('.')
    return servers.execute({ kind: 'tool.call', server, tool, args }, SALES)
  }
  const text = async (name: string, args?: JsonObject) => textOf(await call(name, args))
  return { ...servers, log, reported, call, text }
}

export function textOf(result: JsonObject): string {
  const [block] = result.content as readonly { readonly text: string }[]
  return block?.text ?? ''
}

/** One session or process for all, so that a test sees it all; links have tests of their own. */
const SHARED = { callTimeoutMs: 10_000, isolation: 'shared', protocol: 'legacy' } as const

export function stdio(args: readonly string[], options: Partial<StdioOptions> = {}): StdioOptions {
  const defaults = { transport: 'stdio', env: {}, ...SHARED } as const
  return { ...defaults, command: process.execPath, args, ...options }
}

export function http(url: string, options: Partial<HttpOptions> = {}): HttpOptions {
  return { transport: 'http', url, headers: {}, ...SHARED, ...options }
}

export interface Scripted extends StdioOptions {
  /** The lines that the server received. */
  received(): string
  /** The process that a tool of it left behind. */
  daemon(): number
}

let scripts = 0

/** The scripted server, keeping what it receives in `folder`. */
export function scripted(
  folder: string,
  script: ScriptedOptions = {},
  options: Partial<StdioOptions> = {},
): Scripted {
  const file = join(folder, `${scripts++}.ndjson`)
  writeFileSync(file, '')
  return {
    ...stdio([SCRIPTED, file, JSON.stringify(script)], options),
    received: () => readFileSync(file, 'utf8'),
    daemon: () => Number(readFileSync(`${file}.daemon`, 'utf8')),
  }
}

/** The scripted server without sessions, keeping what it receives in `folder`. */
export function modernScripted(
  folder: string,
  options: Partial<StdioOptions> = {},
): StdioOptions & Pick<Scripted, 'received'> {
  const file = join(folder, `${scripts++}.ndjson`)
  writeFileSync(file, '')
  return {
    ...stdio([MODERN_SCRIPTED, file], { protocol: '2026-07-28', ...options }),
    received: () => readFileSync(file, 'utf8'),
  }
}

export interface WaitingLog extends Log {
  readonly entries: readonly { readonly event: string; readonly fields: JsonObject }[]
  /** Resolves with the fields of the `count`th entry of that event, past or to come. */
  seen(event: string, count?: number): Promise<JsonObject>
}

export function waitingLog(): WaitingLog {
  const entries: { event: string; fields: JsonObject }[] = []
  const waiting = new Set<() => void>()
  const note = (event: string, fields: JsonObject = {}) => {
    entries.push({ event, fields })
    for (const check of waiting) check()
  }
  return {
    entries,
    ...{ info: note, warn: note, error: note },
    seen: (event, count = 1) =>
      new Promise((resolve) => {
        const check = () => {
          const found = entries.filter((entry) => entry.event === event)[count - 1]
          if (found === undefined) return
          waiting.delete(check)
          resolve(found.fields)
        }
        waiting.add(check)
        check()
      }),
  }
}

/** A process that has ended but whose parent has not yet heard of it counts as gone. */
export function isGone(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return true
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH' || code === 'ENOENT') return true
    throw error
  }
}

/**
 * Resolves when a process is gone. Nobody here hears of the end of another process's children: only
 * the table of processes tells.
 */
export async function gone(pid: number): Promise<void> {
  while (!isGone(pid)) await new Promise(setImmediate)
}
