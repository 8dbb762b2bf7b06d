import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { runPortcullis } from '../../test/support/run-portcullis.ts'

test('a token is all that is printed, so that a script can take it', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const token = (...args: string[]) => runPortcullis(['agent', 'token', 'sales', ...args], { cwd })
  const { stderr, ...printed } = await token()
  assert.deepEqual(printed, { exit: 0, stdout: 'token.default.unbound\n' })
  assert.match(stderr, /^warning: .* on this machine alone/)
  const jkt = 'A'.repeat(43)
  const { stdout, stderr: quiet } = await token('--ttl', '2m', '--dpop-jkt', jkt, '--json')
  assert.equal(quiet, '')
  assert.deepEqual(JSON.parse(stdout), {
    token: `token.120000.${jkt}`,
    agent: 'sales',
    expires: '2026-09-21T14:28:20.000Z',
  })
})

test('a token that the runtime refuses is its error, not a token', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  for (const args of [['ghost'], ['sales', '--ttl', '2d'], ['sales', '--dpop-jkt', 'x']]) {
    const { exit, stdout, stderr } = await runPortcullis(['agent', 'token', ...args], { cwd })
    assert.deepEqual([exit, stdout], [2, ''])
    assert.match(stderr, /IDENTITY_UNKNOWN|REQUEST_INVALID/)
  }
})

test('without a runtime there is no token, and the error says what to start', async (t) => {
  const { folder: cwd, server } = await adminRuntime(t)
  await server.close()
  const { exit, stdout, stderr } = await runPortcullis(['agent', 'token', 'sales'], { cwd })
  assert.deepEqual([exit, stdout], [2, ''])
  assert.match(
    stderr,
    /no runtime answers on `.*admin\.sock`\n {2}RUNTIME_NOT_RUNNING: .*`portcullis up`/,
  )
})

test('the agents are listed from the configuration, with no runtime', async (t) => {
  const { folder: cwd, server } = await adminRuntime(t)
  await server.close()
  const { stdout } = await runPortcullis(['agent', 'list'], { cwd })
  assert.equal(
    stdout,
    `NAME    ROLES  TOKEN
sales   sales  900 s   sells
nobody  -      3600 s
`,
  )
})

test('the status is told to people and to scripts, and steers no terminal', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const { exit, stdout } = await runPortcullis(['status'], { cwd })
  assert.equal(exit, 0)
  assert.equal(
    stdout,
    `portcullis      0.1.0, process 7, since 2026-09-21T14:13:20.000Z
agents connect  http://127.0.0.1:7070/mcp
policy          sha256:00, which is not what the policy directory says
requests        2 recorded, 1 dropped since the start
ledger          3 receipts of example.com/log
trust           version 2, good until 2027-09-21T14:13:20.000Z
certificate     ca.1, good until 2026-09-28T14:13:20.000Z; WARNING: renew it before then
agents          sales
records         CRM.customers

SERVER  OVER   STATE  TOOLS  RESTARTS
files   stdio  up     2      0
odd     http   down   0      3         a\uFFFD[2Jb
`,
  )
  const json = await runPortcullis(['status', '--json'], { cwd })
  assert.equal(JSON.parse(json.stdout).ledger.size, 3)
})
