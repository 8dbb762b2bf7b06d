import assert from 'node:assert/strict'
import { once } from 'node:events'
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

const PATIENCE_MS = 20_000

/** Resolves when an agent that is told of changes sees these names. */
function watching(agent: Client) {
  let changed = Promise.withResolvers<void>()
  agent.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve())
  return async (wanted: readonly string[]): Promise<void> => {
    for (const late = AbortSignal.timeout(PATIENCE_MS); ; ) {
      const { promise } = changed
      const { tools } = await agent.listTools()
      const names = tools.map(({ name }) => name).filter((name) => name.startsWith('signed.'))
      if (names.join() === wanted.join()) return
      if (late.aborted) assert.deepEqual(names, wanted)
      await Promise.race([promise, once(late, 'abort')])
      changed = Promise.withResolvers()
    }
  }
}

test('a reload demands signatures, and no longer, with no tool unproved in between', async (t) => {
  const { server, signers } = await signedServer(t)
  const { running, reload } = await reloadable(t)
  const agent = await running.agent('sales')
  const listed = watching(agent)
  const call = (name: string) => agent.callTool({ name: `signed.${name}`, arguments: {} })
  const codeOf = async (name: string) => (await call(name))._meta?.['portcullis/code']
  assert.deepEqual((await reload(server))?.added, ['signed'])
  await listed(['signed.echo', 'signed.twice'])
  assert.deepEqual((await reload(`${server}${signers}`))?.replaced, ['signed'])
  assert.equal(await codeOf('twice'), 'TOOL_SIGNATURE_REFUSED')
  await listed(['signed.echo'])
  assert.deepEqual((await reload(server))?.replaced, ['signed'])
  await listed(['signed.echo', 'signed.twice'])
})

test('signatures written anew count with the next reload, unreadable ones never', async (t) => {
  const { server, signers, folder } = await signedServer(t)
  const beside = join(folder, 'signatures.json')
  const write = (tools: object) => writeFileSync(beside, JSON.stringify({ tools }))
  const text = `${server}${signers}signatures = ${JSON.stringify(beside)}\n`
  const { running, reload } = await reloadable(t)
  const agent = await running.agent('sales')
  const listed = watching(agent)
  write({})
  await reload(text)
  await listed(['signed.echo'])
  write({ twice: SIGNER.sign(tool('twice')) })
  assert.deepEqual((await reload(text))?.replaced, [])
  await listed(['signed.echo', 'signed.twice'])
  write({ twice: 7 })
  const other = '[servers.other]\ntransport = "stdio"\ncommand = "other"\n'
  await assert.rejects(reload(`${text}${other}`), { code: 'SIGNER_FILE_INVALID' })
  await listed(['signed.echo', 'signed.twice'])
  const { servers } = await running.runtime.operations.status()
  assert.deepEqual(
    servers.map(({ server: name, restarts }) => [name, restarts]),
    [
      ['desk', 0],
      ['signed', 0],
    ],
  )
  write({})
  await reload(text)
  await listed(['signed.echo'])
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
