import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../../test/support/running-runtime.ts'

const NARROW = 'policy p { allow: desk.echo if args.message == "hi" }'
const WIDE = 'policy p { allow: desk.echo }'

let running: RunningRuntime
let client: Client
before(async () => {
  const more = '[policy]\nreload = "push"'
  running = await runRuntime({ policy: NARROW, agents: ['sales'], more })
  client = await running.agent('sales')
  for (const message of ['hi', 'ho']) await echo(message)
})
after(() => running.close())

const echo = (message: string) => client.callTool({ name: 'desk.echo', arguments: { message } })

function policy(...args: readonly string[]) {
  return runPortcullis(['policy', ...args], { cwd: running.folder })
}

function copy(name: string, text: string): void {
  mkdirSync(join(running.folder, name), { recursive: true })
  writeFileSync(join(running.folder, name, 'p.policy'), text)
}

/** What was decided about agents: of administration no request is recorded. */
const receipts = () =>
  running.receipts().filter(({ kind, channel }) => kind === 'decision' && channel.door === 'mcp')

test('a push shows the difference and what it opens, and asks for a yes', async () => {
  copy('next', WIDE)
  const { exit, stdout, stderr } = await policy('push', 'next')
  assert.match(
    stdout,
    /1 part differs\n {2}policy p, policies\/p\.policy:1\n {4}- allow: desk\.echo if/,
  )
  assert.match(stdout, /!! opens {3}desk\.echo: deny → allow\n {6}by allow policies\/p\.policy:1/)
  const denied = receipts().find(({ decision }) => decision?.effect === 'deny')
  assert.match(
    stdout,
    new RegExp(`2 recorded .* 1 decision changes\\n.*\\n {6}receipt ${denied?.id}`),
  )
  assert.match(stdout, /nothing changed\n$/)
  assert.match(stderr, /say --yes/)
  assert.equal(exit, 1)
  assert.equal((await echo('ho')).isError, true)
})

test('a dry run of what opens is a failed check, and changes nothing', async () => {
  const { exit, stdout } = await policy('push', 'next', '--dry-run', '--json')
  const { activated, diff, replay } = JSON.parse(stdout)
  assert.deepEqual([exit, activated, diff.changes.length], [1, false, 1])
  assert.equal(replay.changes[0].change, 'permissive')
  assert.equal((await echo('ho')).isError, true)
})

test('a push with a yes is in force when the command ends; a rollback takes it back', async () => {
  const pushed = await policy('push', 'next', '--yes')
  assert.match(pushed.stdout, /sha256:[0-9a-f]{64} is in force\n/)
  assert.equal(pushed.exit, 0)
  assert.notEqual((await echo('ho')).isError, true)
  const back = await policy('rollback', '--yes', '--no-replay')
  assert.equal(back.exit, 0, back.stderr)
  assert.equal((await echo('ho')).isError, true)
  const { activations } = JSON.parse((await policy('versions', '--json')).stdout)
  assert.deepEqual(
    activations.map(({ by }: { by: string }) => by),
    ['start', 'push', 'rollback'],
  )
  assert.equal(activations[0].version, activations[2].version)
})

test('versions go by their beginning, `active` and `previous`, beside directories', async () => {
  const { stdout } = await policy('versions')
  const [, , wide = ''] = /push +sha256:([0-9a-f]{8})[0-9a-f]* *\n.*(rollback)/.exec(stdout) ?? []
  const pushed = /push +sha256:([0-9a-f]{8})/.exec(stdout)?.[1] ?? ''
  assert.match(stdout, /rollback +sha256:[0-9a-f]{64} +in force/)
  assert.equal(wide, 'rollback')
  assert.match(
    (await policy('show', pushed)).stdout,
    /^# version sha256:.*\n\n# policies\/p\.policy\n/,
  )
  assert.match((await policy('show')).stdout, /if args\.message == "hi"/)
  const same = await policy('diff', pushed, 'next')
  assert.deepEqual([same.exit, /say the same/.test(same.stdout)], [0, true])
  const closing = await policy('diff', 'next', 'active', '--no-replay')
  assert.deepEqual(
    [closing.exit, /closes {2}desk\.echo: allow → deny/.test(closing.stdout)],
    [0, true],
  )
})

test('recorded requests are replayed by other policies', async () => {
  const { exit, stdout } = await policy('replay', 'next', '--json')
  const { replayed, changes } = JSON.parse(stdout)
  assert.equal(exit, 1)
  assert.equal(replayed, receipts().length)
  const [hi] = receipts()
  const expected = receipts().filter((receipt) => receipt.in?.digest !== hi?.in?.digest)
  assert.deepEqual(
    changes.map(({ receipt }: { receipt: string }) => receipt),
    expected.map(({ id }) => id),
  )
  assert.doesNotMatch(stdout, /"ho"|message/)
  const later = await policy('replay', 'next', '--since', '2999-01-01', '--json')
  assert.deepEqual(JSON.parse(later.stdout), { replayed: 0, erased: 0, changes: [] })
})

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a mistake', ['push', 'broken'], /POLICY_INVALID/],
  ['a directory that is not there', ['push', 'nowhere'], /POLICY_INVALID/],
  ['an unknown version', ['rollback', 'beefbeef'], /POLICY_VERSION_UNKNOWN/],
  ['an unknown name', ['diff', 'active', 'nothing'], /POLICY_VERSION_UNKNOWN/],
  ['a time that is none', ['replay', 'next', '--since', 'yesterday'], /an age such as/],
]

for (const [what, args, message] of REFUSED)
  test(`${what} is a mistake in the call`, async () => {
    copy('broken', 'policy p { alow: desk.echo }')
    const { exit, stderr } = await policy(...args)
    assert.equal(exit, 2)
    assert.match(stderr, message)
  })
