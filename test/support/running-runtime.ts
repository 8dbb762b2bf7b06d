import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { loadConfig } from '../../src/app/config.ts'
import { type Runtime, startRuntime } from '../../src/app/main.ts'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import type { AccountConnector } from '../../src/pipeline/ports.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { silentLog } from './silent-log.ts'

/** A whole runtime in this process, in a folder of its own, with real servers behind it. */
export interface RunningRuntime {
  readonly folder: string
  readonly runtime: Runtime
  /** Stops the runtime in order, and starts it again over the same data, or what is made of it. */
  restart(between?: () => Promise<void>): Promise<void>
  /** An agent with the official client, connected with a fresh token. */
  agent(name: string): Promise<Client>
  receipts(): readonly Receipt[]
  /** What the scripted server received, line by line. */
  received(): string
  close(): Promise<void>
}

export interface RuntimeSetup {
  readonly policy: string
  /** Agents, each with the one role of its name. */
  readonly agents: readonly string[]
  /** Records by namespace. */
  readonly memory?: Readonly<Record<string, object>>
  /** A key set for the runtime; without one it makes its own. */
  readonly keys?: string
  /** Sources of accounts beside the shipped ones. */
  readonly connectors?: readonly AccountConnector[]
  /** More of the configuration: `[budgets.llm]` … */
  readonly more?: string
  /** Settings above those of the file. */
  readonly env?: Readonly<Record<string, string>>
}

const SCRIPTED = join(import.meta.dirname, 'upstreams', 'scripted.ts')

export async function runRuntime({
  policy,
  agents,
  memory = {},
  keys,
  more = '',
  connectors = [],
  env = {},
}: RuntimeSetup): Promise<RunningRuntime> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-path-'))
  const upstream = join(folder, 'upstream.ndjson')
  mkdirSync(join(folder, 'policies'))
  writeFileSync(upstream, '')
  writeFileSync(join(folder, 'policies', 'test.policy'), policy)
  for (const [name, records] of Object.entries(memory))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(records))
  if (keys !== undefined) cpSync(keys, join(folder, '.portcullis', 'keys'), { recursive: true })
  const config = join(folder, 'portcullis.toml')
  writeFileSync(config, `${configText(agents, Object.keys(memory), upstream)}\n${more}`)
  const start = () => startRuntime(loadConfig(config, env), { log: silentLog, connectors, env })
  const started = start()
  started.catch(() => rmSync(folder, { recursive: true }))
  let runtime = await started
  const clients: Client[] = []
  return {
    folder,
    get runtime() {
      return runtime
    },
    async restart(between) {
      await runtime.close()
      await between?.()
      runtime = await start()
    },
    async agent(name) {
      const { token } = await runtime.operations.issueToken(name, {})
      const client = new Client({ name, version: '1' })
      clients.push(client)
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${runtime.address}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      )
      return client
    },
    receipts() {
      const reader = readLedger(join(folder, '.portcullis', 'ledger'))
      const all = [...reader.of().receipts({ limit: 10_000 })]
      reader.close()
      return all
    },
    received: () => readFileSync(upstream, 'utf8'),
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await runtime.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function configText(agents: readonly string[], namespaces: readonly string[], upstream: string) {
  return [
    '[listen.mcp]\nport = 0',
    ...agents.map((name) => `[roles.${name}]\n[agents.${name}]\nroles = ["${name}"]`),
    ...namespaces.map((name) => `[memory."${name}"]\nseed = "${name}.json"`),
    '[servers.desk]\ntransport = "stdio"',
    `command = ${JSON.stringify(process.execPath)}\nargs = ${JSON.stringify([SCRIPTED, upstream])}`,
  ].join('\n')
}
