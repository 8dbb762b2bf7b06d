import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'
import { toolSigner } from '../support/tool-signer.ts'

const SCRIPTED = join(import.meta.dirname, '..', 'support', 'upstreams', 'scripted.ts')
const SIGNER = toolSigner()
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
const TOOLS = [SIGNER.signed(tool('echo')), tool('twice')]

/** A runtime whose configuration ends with what is put there. */
async function reloadable(t: TestContext, more = '') {
  const policy = 'policy sales {\n  allow: signed.*\n}\n'
  const running = await runRuntime({ policy, agents: ['sales'], more })
  t.after(() => running.close())
  const file = join(running.folder, 'portcullis.toml')
  const before = readFileSync(file, 'utf8').slice(0, -more.length || undefined)
  const reload = async (text: string) => {
    writeFileSync(file, `${before}${text}`)
    return (await running.runtime.reloadServers()).get(DEFAULT_TENANT)
  }
  return { running, reload }
}

/** The server in the configuration, and what it demands of signatures. */
async function signedServer(t: TestContext) {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'example.com.json'), JSON.stringify(SIGNER.document))
  const args = [SCRIPTED, join(folder, 'heard.ndjson'), JSON.stringify({ tools: TOOLS })]
  const server = [
    '[servers.signed]\ntransport = "stdio"',
    `command = ${JSON.stringify(process.execPath)}\nargs = ${JSON.stringify(args)}\n`,
  ].join('\n')
  const signers = [
    '[servers.signed.schemapin]\ndomains = ["example.com"]\ndiscovery = false',
    `documents = ${JSON.stringify(folder)}\n`,
  ].join('\n')
  return { server, signers, folder }
}

/** The names that an agent sees, once they are these. */
async function listed(agent: Client, wanted: readonly string[]): Promise<void> {
  for (;;) {
    const { tools } = await agent.listTools()
    const names = tools.map(({ name }) => name).filter((name) => name.startsWith('signed.'))
    if (names.join() === wanted.join()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a reload demands signatures, and no longer, with no tool unproved in between', async (t) => {
  const { server, signers } = await signedServer(t)
  const { running, reload } = await reloadable(t)
  const agent = await running.agent('sales')
  const call = (name: string) => agent.callTool({ name: `signed.${name}`, arguments: {} })
  const codeOf = async (name: string) => (await call(name))._meta?.['portcullis/code']
  assert.deepEqual((await reload(server))?.added, ['signed'])
  await listed(agent, ['signed.echo', 'signed.twice'])
  assert.deepEqual((await reload(`${server}${signers}`))?.replaced, ['signed'])
  assert.equal(await codeOf('twice'), 'TOOL_SIGNATURE_REFUSED')
  await listed(agent, ['signed.echo'])
  assert.deepEqual((await reload(server))?.replaced, ['signed'])
  await listed(agent, ['signed.echo', 'signed.twice'])
})

test('signers that cannot be read leave everything as it was', async (t) => {
  const { server, signers, folder } = await signedServer(t)
  const { running, reload } = await reloadable(t)
  const agent = await running.agent('sales')
  await reload(`${server}${signers}`)
  await listed(agent, ['signed.echo'])
  const broken = join(folder, 'signatures.json')
  writeFileSync(broken, '{ nonsense')
  const text = `${server}${signers}signatures = ${JSON.stringify(broken)}\n`
  const other = '[servers.other]\ntransport = "stdio"\ncommand = "other"\n'
  await assert.rejects(reload(`${text}${other}`), { code: 'SIGNER_FILE_INVALID' })
  await listed(agent, ['signed.echo'])
  const { servers } = await running.runtime.operations.status()
  assert.deepEqual(
    servers.map(({ server: name, restarts }) => [name, restarts]),
    [
      ['desk', 0],
      ['signed', 0],
    ],
  )
})

test('a secret for introspection counts from the reload on, the one before no more', async (t) => {
  const far = (secret: string) =>
    `[servers.far]\ntransport = "http"\nurl = "http://127.0.0.1:1/mcp"\n${secret}`
  const secret = (text: string) => `introspection_secret = "${text}"\n`
  const { running, reload } = await reloadable(t, far(secret('the first one')))
  const ask = async (shown: string) => {
    const answer = await fetch(`${running.runtime.address}/introspect`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`far:${shown}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'token=whatever',
    })
    return answer.status
  }
  assert.deepEqual([await ask('the first one'), await ask('the second')], [200, 401])
  await reload(far(secret('the second')))
  assert.deepEqual([await ask('the first one'), await ask('the second')], [401, 200])
  await assert.rejects(reload(far(secret('${NOT_THERE}'))), { code: 'CONFIG_INVALID' })
  assert.deepEqual([await ask('the first one'), await ask('the second')], [401, 200])
  await reload(far(''))
  assert.equal(await ask('the second'), 401)
})
