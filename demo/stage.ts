import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { AgentSettings } from './agent.ts'
import { killed } from './agent-process.ts'
import { freePort } from './free-port.ts'
import { portcullis, type Runtime, startRuntime } from './runtime-process.ts'

/** Everything the demonstration plays on: a folder of its own, a runtime, real servers, agents. */
export interface Stage {
  readonly folder: string
  readonly slack: { readonly port: number; readonly file: string; readonly release: string }
  runtime: Runtime
  /** A file that the filesystem server serves. */
  readonly paper: string
  /** Where agents connect. */
  readonly url: string
  /** A token bound to a fresh key, and that key; or a plain bearer token. */
  credential(agent: string, options?: { bound?: boolean; ttl?: string }): Promise<AgentSettings>
  /** `portcullis … --json`, parsed. Throws when the exit code is none of `exits`. */
  operator<Answer>(args: readonly string[], exits?: readonly number[]): Promise<Answer>
  restart(): Promise<void>
  close(): Promise<void>
}

const CUSTOMERS = {
  'c-1001': { name: 'Ada Byron', email: 'ada@lovelace.example', tier: 'gold' },
  'c-1002': { name: 'Grace Murray', email: 'grace@hopper.example', tier: 'silver' },
}

export const POLICY = `# Who may talk to the customer channels, and who may read about customers.

policy customer_desk {
  allow: slack.* if principal.roles.contains("sales")
  allow: memory.read("CRM.customers") if principal.roles.contains("sales")
  allow: files.* if principal.roles.contains("research")
  require: redact("email")
}

policy need_to_know {
  deny: slack.* unless principal.roles.contains("sales")
  deny: memory.read("CRM.*") unless principal.roles.contains("sales")
  deny: memory.read("HR.*") unless principal.roles.contains("people")
}
`

const CONFIG = (slackPort: number, filesServer: string, folder: string) => `policy_dir = "policies"

[roles.sales]
description = "Talks to customers"

[roles.research]
description = "Reads papers, not customers"

[agents.sales]
roles = ["sales"]

[agents.research]
roles = ["research"]

[servers.slack]
transport = "http"
url = "http://127.0.0.1:${slackPort}/mcp"
headers = { authorization = "Bearer \${SLACK_CREDENTIAL}" }
introspection_secret = "\${SLACK_INTROSPECTION}"

[servers.files]
transport = "stdio"
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(filesServer)}, ${JSON.stringify(join(folder, 'library'))}]

[memory."HR.salaries"]
description = "Nobody's business here"

[memory."CRM.customers"]
description = "Customers, with their addresses"
seed = "customers.json"
`

export async function setStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-demo-'))
  const secrets = { SLACK_CREDENTIAL: secret(), SLACK_INTROSPECTION: secret() }
  const slack = await startSlack(folder, secrets.SLACK_CREDENTIAL)
  writeFiles(folder, slack.port)
  const env = { ...secrets, PORTCULLIS_LISTEN_MCP_PORT: String(await freePort()) }
  const runtime = await startRuntime(folder, env)
  slack.process.send({ url: `${runtime.address}/introspect`, secret: secrets.SLACK_INTROSPECTION })

  const operator = async <Answer>(args: readonly string[], exits: readonly number[] = [0]) => {
    const { exit, stdout, stderr } = await portcullis(folder, [...args, '--json'])
    if (!exits.includes(exit)) throw new Error(`portcullis ${args.join(' ')}: ${stderr}${stdout}`)
    return JSON.parse(stdout) as Answer
  }
  const stage: Stage = {
    folder,
    paper: join(folder, 'library', 'paper.txt'),
    slack,
    runtime,
    url: `${runtime.address}/mcp`,
    operator,
    credential: async (agent, { bound = false, ttl = '15m' } = {}) => {
      const key = bound ? await newKey() : undefined
      const binding = key ? ['--dpop-jkt', await calculateJwkThumbprint(key)] : []
      const args = ['agent', 'token', agent, '--ttl', ttl, ...binding]
      const { token } = await operator<{ token: string }>(args)
      return { url: stage.url, token, ...(key ? { key } : {}) }
    },
    async restart() {
      stage.runtime = await startRuntime(folder, env)
    },
    async close() {
      await stage.runtime.stop()
      await killed(slack.process)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return stage
}

function writeFiles(folder: string, slackPort: number): void {
  const filesServer = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-filesystem/dist/index.js',
  )
  mkdirSync(join(folder, 'policies'))
  mkdirSync(join(folder, 'library'))
  writeFileSync(join(folder, 'library', 'paper.txt'), 'Capabilities considered.\n')
  writeFileSync(join(folder, 'portcullis.toml'), CONFIG(slackPort, filesServer, folder))
  writeFileSync(join(folder, 'policies', 'customers.policy'), POLICY)
  writeFileSync(join(folder, 'customers.json'), JSON.stringify(CUSTOMERS))
}

interface Slack {
  readonly process: ChildProcess
  readonly port: number
  readonly file: string
  readonly release: string
}

async function startSlack(folder: string, credential: string): Promise<Slack> {
  const file = join(folder, 'slack.ndjson')
  const release = join(folder, 'release')
  writeFileSync(file, '')
  const program = fileURLToPath(new URL('./slack-server.ts', import.meta.url))
  const child = fork(program, {
    env: {
      PATH: process.env.PATH,
      SLACK_FILE: file,
      SLACK_RELEASE: release,
      SLACK_CREDENTIAL: credential,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [address] = (await once(child, 'message')) as [AddressInfo]
  return { process: child, port: address.port, file, release }
}

/** Lines of what Slack received, parsed. */
export function posted(stage: Stage): readonly Record<string, string>[] {
  const text = existsSync(stage.slack.file) ? readFileSync(stage.slack.file, 'utf8') : ''
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>)
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return exportJWK(privateKey)
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}
