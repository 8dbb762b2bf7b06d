import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { configDigest, loadConfig } from '../../src/app/config.ts'
import { definitionDigest } from '../../src/kernel/receipt/definition-digest.ts'
import { EVENTS } from '../../src/kernel/receipt/events.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy p { allow: desk.echo }'
const BUDGET = '[budgets.llm]\nlimit = 1\nper = "1d"\nunit = "USD"\n'

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: BUDGET })
})
after(() => running.close())

const named = (name: string) => running.receipts().filter(({ event }) => event?.name === name)

test('every event is of the kind that the list says', () => {
  const events = running.receipts().filter(({ event }) => event !== undefined)
  assert.ok(events.length > 2)
  for (const { kind, event } of events) assert.equal(kind, event && EVENTS[event.name])
})

test('a decision says which server, which definition of the tool, and which token', async () => {
  const sales = await running.agent('sales')
  const { tools } = await sales.listTools()
  await sales.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
  const decision = running.receipts().find(({ kind }) => kind === 'decision')
  assert.equal(decision?.action?.server, 'desk')
  const echo = tools.find(({ name }) => name === 'desk.echo')
  const declared = JSON.parse(JSON.stringify({ ...echo, name: 'echo' }))
  assert.equal(decision?.action?.schema, definitionDigest(declared))
  const [issued] = named('agent.token_issued')
  const [, token] = issued?.event?.detail.split(' ') ?? []
  const { host: _, ...link } = { host: '', ...decision?.actor[0] }
  assert.deepEqual(link, { kind: 'agent', id: 'sales', via: 'bearer-jwt', session: token })
})

test('what comes of a change of keys names the operator who asked for it', async () => {
  await running.runtime.operations.rotateKey({ emergency: true })
  for (const name of ['key.rotated', 'key.stopped', 'key.retired']) {
    const [receipt] = named(name)
    assert.deepEqual(
      receipt?.actor.map(({ kind, id }) => [kind, id]),
      [
        ['service', 'operator'],
        ['service', 'portcullis'],
      ],
      name,
    )
    assert.equal(receipt?.channel.door, 'admin', name)
  }
})

test('what an operator did is put down to the operator, refused or not', async () => {
  await running.runtime.operations.resetBudget('llm', {})
  const [reset] = named('budget.reset')
  const socketPath = join(running.folder, '.portcullis', 'admin.sock')
  const status = await new Promise((resolve) => {
    const asked = request({ socketPath, method: 'POST', path: '/v1/budgets/hunter2/reset' })
    asked.on('response', (answer) => resolve(answer.resume().statusCode)).end()
  })
  assert.notEqual(status, 200)
  const [refused] = named('admin.refused')
  assert.equal(refused?.kind, 'refusal')
  assert.match(refused?.event?.detail ?? '', /^POST \/v1\/budgets\/:name\/reset$/)
  for (const receipt of [reset, refused]) {
    assert.deepEqual(receipt?.actor, [{ kind: 'service', id: 'operator', via: 'admin-socket' }])
    assert.equal(receipt?.channel.door, 'admin')
  }
})

test('the configuration in force is known by its digest, and no secret by it', () => {
  const file = join(running.folder, 'portcullis.toml')
  const text = readFileSync(file, 'utf8')
  const [loaded] = named('config.loaded')
  assert.equal(loaded?.event?.digest, configDigest(loadConfig(file, {})))
  const digest = (more: string) => {
    writeFileSync(file, `${text}\n${more}`)
    return configDigest(loadConfig(file, { SECRET: 'hunter2' }))
  }
  const server = (secret: string) =>
    [
      `[servers.web]\ntransport = "http"\nurl = "https://a.example/${secret}"`,
      `headers = { Authorization = "${secret}" }\n`,
    ].join('\n')
  assert.equal(digest(server('one')), digest(server('two')))
  assert.notEqual(digest(server('one')), digest(''))
  assert.notEqual(digest('[agents.more]\nroles = []\n'), digest(''))
  writeFileSync(file, text)
})
