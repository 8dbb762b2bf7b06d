import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { runPortcullis, startPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'

const ANY_PORT = { PORTCULLIS_LISTEN_MCP_PORT: '0' }

async function starter(t: TestContext): Promise<string> {
  const cwd = await scratch(t)
  await runPortcullis(['init'], { cwd })
  return cwd
}

/** The runtime of a folder, once it says where it listens. */
async function up(t: TestContext, cwd: string) {
  const running = startPortcullis(t, ['up', '--json'], { cwd, env: ANY_PORT })
  const facts = JSON.parse(await running.line())
  return { ...running, facts }
}

test('the starter runs as it is, issues tokens, shows decisions, and ends in order', async (t) => {
  const cwd = await starter(t)
  const { facts, child, ended } = await up(t, cwd)
  assert.deepEqual(Object.keys(facts), ['address', 'pid', 'policyVersion'])
  assert.equal(facts.pid, child.pid)

  const status = JSON.parse((await runPortcullis(['status', '--json'], { cwd })).stdout)
  assert.equal(status.address, facts.address)
  assert.equal(status.policy.version, facts.policyVersion)

  const watch = startPortcullis(t, ['watch', '--json', '--count', '1'], { cwd })
  await watch.line()
  const answer = await fetch(`${facts.address}/mcp`, { method: 'POST' })
  assert.equal(answer.status, 401)
  const event = JSON.parse(await watch.line())
  assert.deepEqual([event.decision, event.code], ['refused', 'IDENTITY_MISSING'])

  const { stdout: token } = await runPortcullis(['agent', 'token', 'sales'], { cwd })
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)

  child.kill('SIGTERM')
  assert.deepEqual(
    [(await ended).exit, existsSync(join(cwd, '.portcullis/admin.sock'))],
    [0, false],
  )
  assert.doesNotMatch((await ended).stderr, /"level":"error"|Warning/)
})

test('SIGHUP takes up a changed policy, and keeps the old one if it has a mistake', async (t) => {
  const cwd = await starter(t)
  const { facts, child, ended } = await up(t, cwd)
  assert.ok(child.stderr)
  const lines = createInterface({ input: child.stderr })
  const logged = (event: string) =>
    new Promise<Record<string, unknown>>((resolve) => {
      lines.on('line', (line) => {
        const entry = JSON.parse(line)
        if (entry.event === event) resolve(entry)
      })
    })
  const file = join(cwd, 'policies', 'more.policy')
  const kept = logged('policy.kept')
  writeFileSync(file, 'policy broken { allow: ')
  child.kill('SIGHUP')
  assert.match(String((await kept).reason), /more\.policy/)
  const reloaded = logged('policy.reloaded')
  writeFileSync(file, 'policy open { allow: memory.read("notes") }\n')
  child.kill('SIGHUP')
  assert.notEqual((await reloaded).version, facts.policyVersion)
  // It still keeps the version: its folder must not go before that.
  child.kill('SIGTERM')
  await ended
})

test('SIGHUP takes up other servers, and keeps the old ones if there is a mistake', async (t) => {
  const cwd = await starter(t)
  const { child, ended } = await up(t, cwd)
  assert.ok(child.stderr)
  const lines = createInterface({ input: child.stderr })
  const logged = (event: string) =>
    new Promise<Record<string, unknown>>((resolve) => {
      lines.on('line', (line) => {
        const entry = JSON.parse(line)
        if (entry.event === event) resolve(entry)
      })
    })
  const file = join(cwd, 'portcullis.toml')
  const before = readFileSync(file, 'utf8')
  const server = '[servers.late]\ntransport = "http"\nurl = "http://127.0.0.1:1/mcp"\n'
  const kept = logged('servers.kept')
  writeFileSync(file, `${before}\n${server}isolation = "all"\n`)
  child.kill('SIGHUP')
  assert.match(String((await kept).reason), /`agent` or `shared`/)
  const changed = logged('servers.changed')
  writeFileSync(file, `${before}\n${server}`)
  child.kill('SIGHUP')
  assert.deepEqual((await changed).added, ['late'])
  const gone = logged('servers.changed')
  writeFileSync(file, before)
  child.kill('SIGHUP')
  assert.deepEqual((await gone).removed, ['late'])
  child.kill('SIGTERM')
  assert.equal((await ended).exit, 0)
})

test('what is asked for twice to stop stops once, in order', async (t) => {
  const cwd = await starter(t)
  const { child, ended } = await up(t, cwd)
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) child.kill(signal)
  assert.equal((await ended).exit, 0)
  const { stdout } = await runPortcullis(['ledger', 'show', '--json'], { cwd })
  const events = JSON.parse(stdout).receipts.map(
    ({ event }: { event: { name: string } }) => event.name,
  )
  const began = ['config.loaded', 'runtime.started', 'trust.published']
  assert.deepEqual(events, [...began, 'runtime.stopped'])
})

test('a second runtime on the same data is refused, and the first goes on', async (t) => {
  const cwd = await starter(t)
  await up(t, cwd)
  const second = await runPortcullis(['up', '--json'], { cwd, env: ANY_PORT })
  assert.equal(second.exit, 2)
  assert.equal(JSON.parse(second.stdout).error.code, 'LEDGER_LOCKED')
  assert.equal((await runPortcullis(['status'], { cwd })).exit, 0)
})

const REFUSED_STARTS: readonly [why: string, file: string, text: string, complaint: RegExp][] = [
  [
    'a policy with a mistake',
    'policies/starter.policy',
    'policy p { deny: slack.* if args.n = 1 }',
    /starter\.policy:1:\d+[\s\S]*POLICY_INVALID/,
  ],
  [
    'a listener beyond loopback without TLS',
    'portcullis.toml',
    '[listen.mcp]\nhost = "0.0.0.0"\n',
    /portcullis\.toml:2:8: .*\n.*\n.*\n {2}CONFIG_INSECURE_LISTENER/,
  ],
  [
    'a configuration with a mistake',
    'portcullis.toml',
    '[listen]\nmpc = {}\n',
    /portcullis\.toml:2:1: unknown key `mpc`[\s\S]*CONFIG_INVALID/,
  ],
]

for (const [why, file, text, complaint] of REFUSED_STARTS) {
  test(`${why} refuses the start, with file and line`, async (t) => {
    const cwd = await starter(t)
    writeFileSync(join(cwd, file), text)
    const { exit, stdout, stderr } = await runPortcullis(['up'], { cwd, env: ANY_PORT })
    assert.deepEqual([exit, stdout], [2, ''])
    assert.match(stderr, complaint)
    assert.equal(existsSync(join(cwd, '.portcullis/admin.sock')), false)
  })
}
