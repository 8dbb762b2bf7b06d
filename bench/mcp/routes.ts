import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../demo/free-port.ts'
import { portcullis, startRuntime } from '../../demo/runtime-process.ts'
import { shippedRuntime } from './shipped.ts'

/** One way from the client to an upstream. */
export interface Route {
  readonly name: string
  readonly url: URL
  readonly tool: string
  readonly token?: string
  /** The client speaks MCP 2026-07-28. */
  readonly modern?: boolean
  /** Name of the route that it is compared with. */
  readonly against?: string
  /** By how much fewer calls are made, for upstreams that are slow themselves. */
  readonly slowness: number
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const resolve = createRequire(import.meta.url).resolve
const RAW = here('./raw-upstream.ts')
const EVERYTHING = resolve('@modelcontextprotocol/server-everything/dist/index.js')
const MCP_PROXY = here('../node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs')
const SUPERGATEWAY = here('../node_modules/supergateway/dist/index.js')

const STARTED_WITHIN = 20_000
/** Tools of the server with many. */
export const MANY_TOOLS = 5_000
/** Agents that open many sessions: one alone may not have so many. */
const CROWD_AGENTS = Array.from({ length: 5 }, (_, at) => `crowd_${at}`)

export interface Routes {
  readonly paths: readonly Route[]
  readonly gate: Gate
  close(): Promise<void>
}

/** The runtime that is measured. */
export interface Gate {
  readonly address: string
  readonly pid: number
  /** A token of an agent. */
  readonly token: string
  /** Tokens of further agents. */
  readonly crowd: readonly string[]
  /** The address of a server with `MANY_TOOLS` tools, without the runtime. */
  readonly many: URL
}

/** Starts every upstream and every gateway; `close` ends them all. */
export async function routes(): Promise<Routes> {
  const children: ChildProcess[] = []
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
  const start = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    })
    children.push(child)
    return child
  }
  const raw = await rawPort(start([RAW, 'http']))
  const many = await rawPort(start([RAW, 'http', String(MANY_TOOLS)]))
  const everything = await listening((port) =>
    start([EVERYTHING, 'streamableHttp'], { PORT: String(port) }),
  )
  const proxied = async (upstream: readonly string[]) => ({
    mcpProxy: await listening((port) =>
      start([
        MCP_PROXY,
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--',
        process.execPath,
        ...upstream,
      ]),
    ),
    supergateway: await listening((port) =>
      start([
        ...[
          SUPERGATEWAY,
          '--stateful',
          '--logLevel',
          'none',
          '--outputTransport',
          'streamableHttp',
        ],
        ...['--port', String(port), '--stdio', [process.execPath, ...upstream].join(' ')],
      ]),
    ),
  })
  const rawPeers = await proxied([RAW, 'stdio'])
  const everythingPeers = await proxied([EVERYTHING])
  const shipped = shippedRuntime()
  const gate = await startGate(folder, { raw, many, everything }, shipped.launcher)

  const at = (port: number) => new URL(`http://127.0.0.1:${port}/mcp`)
  const through = { url: new URL(`${gate.address}/mcp`), token: gate.token }
  const relay = (server: string) => new URL(`${gate.address}/mcp/${server}`)
  const onRaw = { slowness: 1, against: 'raw/direct' }
  const onEverything = { slowness: 10, against: 'everything/direct', tool: 'echo' }
  const paths: Route[] = [
    { name: 'raw/direct', url: at(raw), tool: 'echo', slowness: 1 },
    { name: 'raw/portcullis', ...through, tool: 'raw.echo', ...onRaw },
    { name: 'raw/portcullis-stdio', ...through, tool: 'pipe.echo', ...onRaw },
    { name: 'raw/portcullis-relay', ...through, url: relay('raw'), tool: 'echo', ...onRaw },
    { name: 'raw/portcullis-modern', ...through, modern: true, tool: 'raw.echo', ...onRaw },
    { name: 'raw/portcullis-translated', ...through, modern: true, tool: 'old.echo', ...onRaw },
    { name: 'raw/mcp-proxy', url: at(rawPeers.mcpProxy), tool: 'echo', ...onRaw },
    { name: 'raw/supergateway', url: at(rawPeers.supergateway), tool: 'echo', ...onRaw },
    { name: 'everything/direct', url: at(everything), tool: 'echo', slowness: 10 },
    { name: 'everything/portcullis', ...through, ...onEverything, tool: 'everything.echo' },
    { name: 'everything/mcp-proxy', url: at(everythingPeers.mcpProxy), ...onEverything },
    { name: 'everything/supergateway', url: at(everythingPeers.supergateway), ...onEverything },
  ]
  return {
    paths,
    gate: { ...gate, many: at(many) },
    async close() {
      await gate.stop()
      for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      shipped.remove()
    },
  }
}

async function startGate(
  folder: string,
  ports: { raw: number; many: number; everything: number },
  launcher: string,
) {
  mkdirSync(join(folder, 'policies'))
  writeFileSync(
    join(folder, 'policies', 'bench.policy'),
    [
      'policy bench {',
      '  allow: [raw.*, old.*, many.*, pipe.*, everything.*]',
      '    if principal.roles.contains("caller")',
      '}\n',
    ].join('\n'),
  )
  writeFileSync(
    join(folder, 'portcullis.toml'),
    `[listen.mcp]
port = 0
[roles.caller]
[agents.caller]
roles = ["caller"]
${CROWD_AGENTS.map((name) => `[agents.${name}]\nroles = ["caller"]`).join('\n')}
[servers.raw]
transport = "http"
url = "http://127.0.0.1:${ports.raw}/mcp"
[servers.old]
transport = "http"
protocol = "legacy"
url = "http://127.0.0.1:${ports.raw}/mcp"
[servers.many]
transport = "http"
url = "http://127.0.0.1:${ports.many}/mcp"
[servers.everything]
transport = "http"
url = "http://127.0.0.1:${ports.everything}/mcp"
[servers.pipe]
transport = "stdio"
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(RAW)}, "stdio"]
`,
  )
  const runtime = await startRuntime(folder, {}, launcher)
  const tokenOf = async (agent: string) => {
    const { stdout, stderr } = await portcullis(folder, ['agent', 'token', agent, '--ttl', '2h'])
    if (stdout === '') throw new Error(stderr)
    return stdout.trim()
  }
  const crowd: string[] = []
  for (const agent of CROWD_AGENTS) crowd.push(await tokenOf(agent))
  return { ...runtime, token: await tokenOf('caller'), crowd }
}

async function rawPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the upstream has no output')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return Number(line)
}

/** Starts a server on a free port and waits until it takes connections. */
async function listening(start: (port: number) => ChildProcess): Promise<number> {
  const port = await freePort()
  const child = start(port)
  const begun = performance.now()
  while (performance.now() - begun < STARTED_WITHIN && child.exitCode === null) {
    if (await answers(port)) return port
    await new Promise((retry) => setTimeout(retry, 50))
  }
  throw new Error(`${child.spawnargs.join(' ')} did not start`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
