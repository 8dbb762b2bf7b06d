import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import type { AdminOperations } from '../../src/inbound/admin/admin-operations.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const PUSHES = 50

/** A policy of its own for each push; every second one prohibits. */
function policy(n: number): string {
  const rule = n % 2 === 0 ? 'allow: desk.echo' : 'deny: desk.echo'
  return `policy p { ${rule} allow: desk.v${n} }`
}

function files(n: number) {
  return { files: [{ file: 'policies/test.policy', text: policy(n) }] }
}

let running: RunningRuntime
let client: Client
let operations: AdminOperations
before(async () => {
  running = await runRuntime({
    policy: policy(0),
    agents: ['sales'],
    more: '[policy]\nreload = "push"',
  })
  client = await running.agent('sales')
  operations = running.runtime.operations
})
after(() => running.close())

const echo = () => client.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
const inForce = async () => (await operations.status()).policy.version
const decisions = () => running.receipts().filter(({ kind }) => kind === 'decision')

test('fifty pushes under load drop no call, and none decides by a version that was', async () => {
  const versions = [await inForce()]
  let pushing = true
  let answered = 0
  const calling = async () => {
    while (pushing) {
      const answer = await echo()
      assert.ok(Array.isArray(answer.content))
      answered++
    }
  }
  const callers = [calling(), calling(), calling(), calling()]
  for (let n = 1; n <= PUSHES; n++) {
    const { version } = await operations.pushPolicies(files(n))
    versions.push(version)
    const { isError } = await echo()
    assert.equal(isError === true, n % 2 === 1, `the call after push ${n}`)
    assert.equal(decisions().at(-1)?.decision?.version, version)
  }
  pushing = false
  await Promise.all(callers)
  assert.equal(new Set(versions).size, PUSHES + 1)
  const made = decisions()
  assert.equal(made.length, answered + PUSHES)
  assert.ok(made.every(({ decision }) => versions.includes(decision?.version ?? '')))
  assert.ok(answered > PUSHES, `${answered} calls are no load`)
})

test('no decision is made by a version before the receipt of its coming into force', () => {
  const known = new Set<string>()
  for (const { event, decision } of running.receipts()) {
    if (event?.name === 'runtime.started') known.add(event.detail)
    if (event?.name === 'policy.activated') known.add(event.detail.split(' ')[0] ?? '')
    if (decision !== undefined) assert.ok(known.has(decision.version))
  }
})

test('an open session is told of a change, and has the new tools at once', async () => {
  await operations.pushPolicies(files(1))
  assert.deepEqual((await client.listTools()).tools, [])
  const told = new Promise<void>((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => resolve())
  })
  await operations.rollbackPolicies({})
  await told
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['desk.echo'],
  )
})
