import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { generateSync } from 'otplib'
import type { AccountConnector } from '../../src/pipeline/ports.ts'
import { runShell, shellBlocks } from '../support/guide.ts'
import { PASSWORD, peopleAt } from '../support/people.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/people.md', import.meta.url), 'utf8')

/** The fenced text that begins so. */
function fenced(start: string): string {
  const found = [...GUIDE.matchAll(/```\w*\n([\s\S]*?)```/gu)].map(([, text = '']) => text)
  return found.find((text) => text.startsWith(start)) ?? assert.fail(`no \`${start}\``)
}

const MEMBERS = fenced('[roles.clerk]')
const POLICY = fenced('policy exports').replaceAll('crm.export', 'desk.echo')

/** What came of a call of `desk.echo` by whoever holds the token. */
async function exportBy(running: RunningRuntime, token: string): Promise<string> {
  const client = new Client({ name: 'person', version: '1' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${running.runtime.address}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  )
  const result = await client.callTool({ name: 'desk.echo', arguments: { message: 'exported' } })
  await client.close()
  return JSON.stringify(result)
}

test('the guide to people can be followed to the letter', async (t) => {
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], more: MEMBERS })
  t.after(() => running.close())
  const file = join(running.folder, 'credentials.json')
  const run = (lines: string) =>
    runShell(`export PORTCULLIS_CREDENTIALS=${file}\n${lines}`, running.folder)
  const [add = '', login = '', totp = '', tokens = ''] = shellBlocks('people.md')
  assert.match(await run(add), /NAME +STATE[\s\S]*ana +active/)
  const [first = '', who = '', list = '', logout = ''] = login.trim().split('\n')
  assert.match(await run(first), /logged in as ana until/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.match(await run(who), /^ana \(clerk\) of default, without a second factor/)
  assert.match(await run(list), /login +human ana/)
  assert.match(await run(logout), /logged out/)
  await assert.rejects(run(who), /LOGIN_NEEDED/)

  const [, secret = ''] = /secret: (\S+)/.exec(await run(totp)) ?? []
  const code = generateSync({ secret })
  const codes = await run(`portcullis user totp ana --confirm ${code}`)
  assert.equal(codes.trim().split('\n').length, 10)
  await assert.rejects(run(first), /LOGIN_REFUSED/)
  const again = first.replace('login ana', `login ana --code ${codes.split('\n')[0]}`)
  assert.match(await run(again), /logged in as ana/)
  assert.match(await run(who), /with a second factor/)

  const issued = await run(tokens)
  assert.match(issued, /^pct_default\.[\w-]{43}\n[\s\S]*ci +- +desk\.\*/)
})

test('the policy of the guide lets nobody export without a second factor', async (t) => {
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], more: MEMBERS })
  t.after(() => running.close())
  const say = peopleAt(running)
  const { operations } = running.runtime
  for (const name of ['ana', 'bob']) await operations.addUser({ name, password: PASSWORD })
  const { body } = await say('login', { name: 'ana', password: PASSWORD })
  assert.match(await exportBy(running, body.token), /not permitted/)
  const { secret } = await operations.enrolTotp('ana')
  // The present code, then the next: both are taken also when a new step has begun by then.
  const now = Math.floor(Date.now() / 1000)
  await operations.confirmTotp('ana', { code: generateSync({ secret, epoch: now }) })
  const code = generateSync({ secret, epoch: now + 30 })
  const elevated = await say('elevate', { code }, body.token)
  assert.match(await exportBy(running, elevated.body.token), /exported/)
  const decided = running.receipts().findLast(({ kind }) => kind === 'decision')
  assert.deepEqual(decided?.actor, [
    { kind: 'human', id: 'ana', via: 'session', session: elevated.body.id },
  ])

  // An operator ends the session: its next request is refused.
  await operations.endSession(elevated.body.id, {})
  await assert.rejects(exportBy(running, elevated.body.token))
})

test('the connector of the guide proves the night shift, and nobody else', async (t) => {
  const folder = await scratch(t)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(new URL('../..', import.meta.url).pathname, join(folder, 'node_modules/portcullis'))
  const file = join(folder, 'night-shift.ts')
  writeFileSync(file, fenced('import type { AccountConnector }'))
  const { nightShift }: { nightShift: (password: string) => AccountConnector } = await import(
    pathToFileURL(file).href
  )
  const connectors = [nightShift('der Mond ist aufgegangen')]
  const policy = 'policy p { allow: desk.* }'
  const running = await runRuntime({ policy, agents: ['sales'], connectors, more: '[roles.clerk]' })
  t.after(() => running.close())
  const say = peopleAt(running)
  const password = 'der Mond ist aufgegangen'
  const { body } = await say('login', { name: 'night', password })
  const me = await say('whoami', {}, body.token)
  assert.deepEqual(Object.entries(me.body).slice(1, 3), [
    ['id', 'night'],
    ['roles', ['clerk']],
  ])
  const elsewhere = { name: 'night', password, tenant: 'nowhere' }
  for (const wrong of [{ name: 'night', password: 'x' }, { name: 'day', password }, elsewhere])
    assert.equal((await say('login', wrong)).body.error?.code, 'LOGIN_REFUSED')
})
