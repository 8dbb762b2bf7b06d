import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { type Runtime, startRuntime } from '../../src/app/main.ts'
import { adminRequest, type NetworkAnswer, type NetworkCall } from './admin-call.ts'
import { type Minted, mint, mintRoot } from './certificates.ts'
import { scratch } from './scratch.ts'
import { silentLog } from './silent-log.ts'

/** A runtime whose operators connect over the network, behind a certificate made for it. */
export interface AdministeredRuntime {
  readonly runtime: Runtime
  readonly folder: string
  readonly address: string
  /** One request, over TLS. */
  ask(call: string, options?: NetworkCall): Promise<NetworkAnswer>
  /** Another root and certificate, for a client of another authority. */
  readonly root: Minted
}

export interface AdministeredSetup {
  readonly config: string
  readonly policy?: string
}

export async function administeredRuntime(
  t: TestContext,
  { config, policy = '' }: AdministeredSetup,
): Promise<AdministeredRuntime> {
  const folder = await scratch(t)
  const root = await mintRoot()
  const names = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ] as const
  const server = await mint({ subject: 'CN=gate', names }, root)
  writeFileSync(join(folder, 'admin.pem'), server.cert)
  writeFileSync(join(folder, 'admin.key'), server.key, { mode: 0o600 })
  mkdirSync(join(folder, 'policies'))
  writeFileSync(join(folder, 'policies', 'test.policy'), policy)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, `${LISTEN}${config}`)
  const runtime = await startRuntime(loadConfig(file, {}), { log: silentLog })
  t.after(() => runtime.close())
  const address = runtime.adminAddress ?? ''
  const ask = (call: string, options: NetworkCall = {}) =>
    adminRequest(address, call, { ...options, tls: { ca: root.cert, ...options.tls } })
  return { runtime, folder, address, ask, root }
}

const LISTEN = `
[listen.mcp]
port = 0
[listen.admin]
port = 0
[listen.admin.tls]
cert = "admin.pem"
key = "admin.key"
`
