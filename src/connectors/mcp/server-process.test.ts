import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import {
  connect,
  connecting,
  EVERYTHING,
  gone,
  isGone,
  scripted,
  stdio,
} from '../../../test/support/upstreams/connected.ts'

test('a server gets nothing of the environment but what it is given', async (t) => {
  process.env.PORTCULLIS_TEST_SECRET = 'hunter2'
  t.after(() => delete process.env.PORTCULLIS_TEST_SECRET)
  const servers = await connect(t, { all: stdio([EVERYTHING], { env: { GIVEN: 'yes' } }) })
  const seen = Object.keys(JSON.parse(await servers.text('all.get-env')))
  const allowed = ['GIVEN', 'HOME', 'LANG', 'PATH']
  assert.deepEqual(
    seen.filter((name) => !allowed.includes(name)),
    [],
  )
  assert.ok(seen.includes('GIVEN') && seen.includes('PATH'))
})

const WAYS = [
  { name: 'closing', script: {} },
  {
    name: 'closing, though it ignores SIGTERM and the end of its input',
    script: { stubborn: true },
  },
]

for (const { name, script } of WAYS) {
  test(`${name} ends the server and all that it started`, async (t) => {
    const servers = await connect(t, { s: scripted(await scratch(t), script) })
    const pids = JSON.parse(await servers.text('s.start-child')) as number[]
    assert.equal(pids.filter(isGone).length, 0)
    await servers.close()
    await Promise.all(pids.map(gone))
  })
}

test('what a server started ends with it, however it ends', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const [, child = 0] = JSON.parse(await servers.text('s.start-child')) as number[]
  await assert.rejects(servers.call('s.die'), { code: 'UPSTREAM_UNAVAILABLE' })
  await gone(child)
})

test('a server that ends is down, though somebody it left behind holds its streams', async (t) => {
  const options = scripted(await scratch(t))
  const servers = await connect(t, { s: options })
  await assert.rejects(servers.call('s.leave-behind'), { code: 'UPSTREAM_UNAVAILABLE' })
  process.kill(options.daemon(), 'SIGKILL')
})

test('closing ends a server that never answered', { timeout: 20_000 }, async (t) => {
  const options = scripted(await scratch(t), { silent: 'initialize' })
  const servers = connecting(t, { s: options })
  await servers.close()
  await servers.ready()
  assert.equal(servers.status()[0]?.state, 'down')
  // Not even to be tried again later.
  assert.deepEqual(servers.log.entries, [])
})

const RUNTIME = `
  import { connectMcpServers } from '${import.meta.dirname}/mcp-servers.ts'
  const log = { info() {}, warn() {}, error() {} }
  const parts = { log, report() {} }
  const servers = connectMcpServers({ s: JSON.parse(process.argv[1]) }, parts)
  await servers.ready()
  const action = { kind: 'tool.call', server: 's', tool: 'start-child', args: {} }
  console.log((await servers.execute(action)).content[0].text)
  process.exit(3)
`

test('a runtime that exits without closing leaves no process behind', async (t) => {
  const options = scripted(await scratch(t), { stubborn: true })
  const args = ['--input-type=module', '-e', RUNTIME, JSON.stringify(options)]
  const runtime = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(runtime, 'exit')
  const [line] = await once(runtime.stdout, 'data')
  assert.deepEqual(await exited, [3, null])
  await Promise.all((JSON.parse(String(line)) as number[]).map(gone))
})
