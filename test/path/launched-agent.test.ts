import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync, rmSync, symlinkSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { DIRECT_TIER, measureCode, runAgent } from '../../src/app/run/launch.ts'
import { adminClient } from '../../src/client/admin-client.ts'
import type { Launched } from '../../src/sandbox/launcher.ts'
import { startPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'

const AGENT = join(import.meta.dirname, '..', 'support', 'launched-agent.ts')
const POLICY = `policy desk {
  allow: desk.echo if principal.roles.contains("sales")
}
`
const OWN_TLS = '[listen.mcp.tls]\ncert = "own"\nclient_ca = "own"\n'

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'pinned'], more: OWN_TLS })
})
after(() => running.close())

const adminOf = ({ folder }: RunningRuntime) =>
  adminClient({ socketPath: join(folder, '.portcullis', 'admin.sock') })

interface Setup {
  readonly agent?: string
  readonly script?: string
  readonly on?: RunningRuntime
}

/** An agent that is being launched, by this very process. */
async function launch(
  t: TestContext,
  deed: string,
  { agent = 'sales', script = AGENT, on = running }: Setup = {},
) {
  const file = join(await scratch(t), 'result.json')
  const begun = Promise.withResolvers<Launched>()
  const ended = runAgent({
    ...{ agent, command: [process.execPath, script, file, deed], code: [], env: process.env },
    ...{ tier: DIRECT_TIER, admin: adminOf(on), log: silentLog, onLaunched: begun.resolve },
  })
  ended.catch(() => begun.reject(new Error('it was not launched')))
  begun.promise.catch(() => undefined)
  const result = () => JSON.parse(readFileSync(file, 'utf8'))
  const written = async () => {
    await there(file)
    return result()
  }
  return { file, ended, begun: begun.promise, written }
}

/** Resolves when the file is there. */
async function there(file: string): Promise<void> {
  const watcher = watch(dirname(file))
  await new Promise<void>((resolve) => {
    watcher.on('change', () => existsSync(file) && resolve())
    if (existsSync(file)) resolve()
  })
  watcher.close()
}

/** On what agents asked for; the launcher, which administers, is decided on as well. */
const decisions = () =>
  running
    .receipts()
    .filter(({ kind, action }) => kind === 'decision' && !action?.operation.startsWith('admin.'))

const receipts = (name: string, on = running) =>
  on.receipts().filter(({ event }) => event?.name === name)

test('a launched agent acts as itself, and the receipt names its code and its SVID', async (t) => {
  const { ended, written } = await launch(t, 'call')
  assert.deepEqual(await ended, { code: 0, signal: null })
  const { tools, result } = await written()
  assert.deepEqual(tools, ['desk.echo'])
  assert.equal(result.content[0].text, 'hello')
  const { digest } = measureCode([process.execPath, AGENT], { more: [], env: process.env })
  const [link] = decisions()[0]?.actor ?? []
  assert.equal(link?.via, 'svid')
  assert.equal(link?.digest, digest)
  assert.ok(
    receipts('svid.issued')
      .at(-1)
      ?.event?.detail.includes(link?.session ?? 'none'),
  )
})

test('when the agent has ended, so has its SVID', async (t) => {
  await (await launch(t, 'call')).ended
  const issued = receipts('svid.issued').at(-1)?.event?.detail.split(' ')[1]
  const ended = receipts('credential.revoked').at(-1)?.event?.detail
  assert.equal(ended, `${issued}: the agent has ended`)
})

test('a child of the agent may use its endpoint', async (t) => {
  const { ended, written } = await launch(t, 'delegate')
  assert.deepEqual((await written()).tools, ['desk.echo'])
  await ended
})

test('another process of the same user is refused at the endpoint, and receipted', async (t) => {
  const { begun, ended, written } = await launch(t, 'stay')
  const { url } = await written()
  const decided = decisions().length
  assert.deepEqual(receipts('launch.stranger_refused'), [], 'no agent is taken for a stranger')
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const own = await fetch(url, { method: 'POST', body })
  assert.equal(own.status, 403, 'the launcher itself is none of its agents')
  const curl = await promisify(execFile)('curl', ['-s', '-d', body, url])
  assert.equal(JSON.parse(curl.stdout).error.code, 'LAUNCH_STRANGER')
  ;(await begun).end('SIGTERM')
  await ended
  const [first, ...more] = receipts('launch.stranger_refused')
  assert.equal(first?.event?.count, 1)
  const all = [first, ...more].reduce((sum, each) => sum + (each?.event?.count ?? 0), 0)
  assert.equal(all, 2)
  assert.equal(decisions().length, decided, 'nothing of it reached the runtime')
})

test('code that changed between its measurement and its first request is ended', async (t) => {
  const folder = await scratch(t)
  const script = join(folder, 'agent.ts')
  copyFileSync(AGENT, script)
  // Where packages are found.
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'))
  const before = decisions().length
  const { ended } = await launch(t, 'change', { script })
  assert.equal((await ended).signal, 'SIGKILL')
  assert.equal(decisions().length, before)
})

test('an agent that is not declared is never started', async (t) => {
  const { ended, file } = await launch(t, 'call', { agent: 'nobody' })
  await assert.rejects(ended, { code: 'IDENTITY_UNKNOWN' })
  assert.ok(!existsSync(file))
  assert.equal(receipts('attestation.refused').at(-1)?.event?.detail, 'nobody: IDENTITY_UNKNOWN')
})

test('an agent whose code is not the declared one is never started', async (t) => {
  const other = await runRuntime({
    policy: POLICY,
    agents: ['sales'],
    more: `${OWN_TLS}[agents.pinned]\nroles = ["sales"]\ndigest = "sha256:${'00'.repeat(32)}"\n`,
  })
  t.after(() => other.close())
  const { ended, file } = await launch(t, 'call', { agent: 'pinned', on: other })
  await assert.rejects(ended, { code: 'ATTESTATION_MISMATCH' })
  assert.ok(!existsSync(file))
  const [refused] = receipts('attestation.refused', other)
  assert.equal(refused?.event?.detail, 'pinned: ATTESTATION_MISMATCH')
})

test('where the listener takes no SVIDs, no agent is started', async (t) => {
  const plain = await runRuntime({ policy: POLICY, agents: ['sales'] })
  t.after(() => plain.close())
  const { ended, file } = await launch(t, 'call', { on: plain })
  await assert.rejects(ended, { code: 'LAUNCH_NEEDS_TLS' })
  const bundle = await fetch(`${plain.runtime.address}/.well-known/spiffe-bundle`)
  assert.equal(bundle.status, 404)
  assert.ok(!existsSync(file))
})

test('when the launcher is killed, nobody is the agent any more', async (t) => {
  const file = join(await scratch(t), 'result.json')
  const command = [process.execPath, AGENT, file, 'stay']
  const cwd = running.folder
  const { child } = startPortcullis(t, ['run', '--agent', 'sales', '--', ...command], { cwd })
  await there(file)
  const { url, pid } = JSON.parse(readFileSync(file, 'utf8'))
  try {
    assert.equal((await fetch(url, { method: 'POST' })).status, 403)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await assert.rejects(fetch(url, { method: 'POST' }), /fetch failed/)
  } finally {
    // It has outlived its launcher, and is nobody.
    process.kill(pid, 'SIGKILL')
  }
})

test('an agent whose runtime is gone is told so, and again served when it is back', async (t) => {
  const other = await runRuntime({ policy: POLICY, agents: ['sales'], more: OWN_TLS })
  t.after(() => other.close())
  const { begun, ended, written, file } = await launch(t, 'stay', { on: other })
  await written()
  const { process: child, end } = await begun
  const asked = async () => {
    rmSync(file)
    process.kill(child.pid, 'SIGUSR2')
    return written()
  }
  assert.notEqual((await asked()).body.error.code, 'RUNTIME_NOT_RUNNING')
  await other.runtime.close()
  const { status, body } = await asked()
  assert.equal(status, 503)
  assert.equal(body.error.code, 'RUNTIME_NOT_RUNNING')
  end('SIGTERM')
  await ended
})
