import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { loadConfig } from '../../src/app/config.ts'
import { startRuntime } from '../../src/app/main.ts'
import { DEFAULT_TENANT, type Tenant, tenantOf } from '../../src/kernel/identity/tenant.ts'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { silentLog } from './silent-log.ts'

export const ACME = tenantOf('acme')
export const GLOBEX = tenantOf('globex')

const SCRIPTED = join(import.meta.dirname, 'upstreams', 'scripted.ts')

/** Both tenants have an agent, a member, a space, a server and a namespace of the same names. */
export const TENANT_FILE = `policy_dir = "POLICIES"
[spaces.sales]
[spaces.hr]
[roles.seller]
[roles.auditor]
permissions = ["admin.agents.*"]
[agents.bot]
roles = ["seller"]
[agents.bot-of-NAME]
roles = []
[members.ada]
roles = ["super_admin"]
[members.ada-of-NAME]
[approvers.boss]
roles = ["seller"]
[approvers.boss-of-NAME]
[memory.notes]
space = "sales"
seed = "NAME.json"
[memory.only-NAME]
[budgets.calls]
limit = 100
per = "1d"
unit = "calls"
[budgets.of_NAME]
limit = 1
per = "1d"
unit = "calls"
[servers.desk]
transport = "stdio"
command = ${JSON.stringify(process.execPath)}
args = ${JSON.stringify([SCRIPTED])}
space = "sales"
[ledger.payloads]
keep = "redacted"
`

export const TENANT_POLICY = `approval boss { approver: role("seller"), ttl: 1h }
policy own {
  allow: memory.read("notes")
  allow: memory.write("notes")
  allow: memory.read("only-*") when "auditor" in principal.roles
  allow: desk.echo
  require: boss for memory.write("notes")
}
`

export interface TwoTenants {
  readonly folder: string
  readonly runtime: Awaited<ReturnType<typeof startRuntime>>
  token(tenant: Tenant, agent?: string): Promise<string>
  agent(tenant: Tenant, agent?: string): Promise<Client>
  receipts(tenant: Tenant): readonly Receipt[]
  restart(): Promise<void>
}

/** A runtime with the tenants `acme` and `globex` beside `default`, until the test ends. */
export async function twoTenants(t: TestContext, policy = TENANT_POLICY): Promise<TwoTenants> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-tenants-'))
  const upstream = join(folder, 'upstream.ndjson')
  writeFileSync(upstream, '')
  mkdirSync(join(folder, 'policies'))
  const main = ['[listen.mcp]\nport = 0']
  for (const name of [ACME, GLOBEX]) {
    mkdirSync(join(folder, `policies-${name}`))
    writeFileSync(join(folder, `policies-${name}`, 'own.policy'), policy)
    // So that no two tenants have the same version in force.
    const other = `policy of_${name} {\n  deny: desk.never\n}\n`
    writeFileSync(join(folder, `policies-${name}`, 'other.policy'), other)
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ secret: `the secret of ${name}` }))
    const text = TENANT_FILE.replaceAll('POLICIES', `policies-${name}`).replaceAll('NAME', name)
    const args = `args = ${JSON.stringify([SCRIPTED])}`
    const withFile = `args = ${JSON.stringify([SCRIPTED, upstream])}`
    writeFileSync(join(folder, `${name}.toml`), text.replace(args, withFile))
    main.push(`[tenants.${name}]\nconfig = "${name}.toml"`)
  }
  const config = join(folder, 'portcullis.toml')
  writeFileSync(config, main.join('\n'))
  const start = () => startRuntime(loadConfig(config, {}), { log: silentLog })
  let runtime = await start()
  const clients: Client[] = []
  t.after(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await runtime.close()
    rmSync(folder, { recursive: true })
  })
  const token = async (tenant: Tenant, agent = 'bot') => {
    const issued = await runtime.operationsOf(tenant)?.issueToken(agent, {})
    return issued?.token ?? ''
  }
  return {
    folder,
    get runtime() {
      return runtime
    },
    token,
    async agent(tenant, agent = 'bot') {
      const authorization = `Bearer ${await token(tenant, agent)}`
      const client = new Client({ name: agent, version: '1' })
      clients.push(client)
      const url = new URL(`${runtime.address}/mcp`)
      const requestInit = { headers: { authorization } }
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
      return client
    },
    receipts(tenant) {
      const reader = readLedger(join(folder, '.portcullis', 'ledger'))
      const all = [...reader.of(tenant).receipts({ limit: 10_000 })]
      reader.close()
      return all
    },
    async restart() {
      await runtime.close()
      runtime = await start()
    },
  }
}

export { DEFAULT_TENANT }
