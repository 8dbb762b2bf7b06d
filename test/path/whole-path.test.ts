import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { checkLedger } from '../support/check-ledger.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `policy desk {
  allow: desk.echo if principal.roles.contains("sales") && args.message != "forbidden"
  allow: memory.read("CRM.customers") if principal.roles.contains("sales")
  require: redact("email", "result.records.*.value.ssn")
}
policy need_to_know {
  deny: memory.read("CRM.*") unless principal.roles.contains("sales")
}
`

let running: RunningRuntime
let sales: Client
let research: Client
before(async () => {
  const customers = { c1: { name: 'Ada', email: 'ada@example.org', ssn: '078-05-1120' } }
  running = await runRuntime({
    policy: POLICY,
    agents: ['sales', 'research'],
    memory: { 'CRM.customers': customers },
  })
  sales = await running.agent('sales')
  research = await running.agent('research')
})
after(() => running.close())

const last = () => running.receipts().at(-1)
const toolNames = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name)

test('each agent sees the tools that it may call, and no others', async () => {
  assert.deepEqual(await toolNames(sales), ['desk.echo', 'memory.read'])
  assert.deepEqual(await toolNames(research), [])
})

test('what is redacted never reaches the upstream: it received something else', async () => {
  await sales.callTool({ name: 'desk.echo', arguments: { message: 'write to ada@example.org' } })
  assert.match(running.received(), /write to \[redacted:email\]/)
  assert.doesNotMatch(running.received(), /ada@/)
})

test('what is redacted never reaches the agent, by pattern or by field', async () => {
  const answer = await sales.callTool({
    name: 'memory.read',
    arguments: { namespace: 'CRM.customers' },
  })
  const value = { name: 'Ada', email: '[redacted:email]', ssn: '[redacted:field]' }
  const content = { namespace: 'CRM.customers', records: [{ key: 'c1', value }] }
  assert.deepEqual(answer.structuredContent, content)
  assert.doesNotMatch(JSON.stringify(answer), /ada@|078/)
  assert.deepEqual(
    last()
      ?.redactions?.map(({ why }) => why)
      .sort(),
    ['email', 'email', 'field', 'field'],
  )
})

test('a denial is a clean tool error that tells the agent a code and no rule', async () => {
  const answer = await research.callTool({
    name: 'memory.read',
    arguments: { namespace: 'CRM.customers' },
  })
  assert.equal(answer.isError, true)
  const [block] = answer.content as { text: string }[]
  assert.match(
    block?.text ?? '',
    /^This action is not permitted for this agent\. \(POLICY_DENIED, receipt /,
  )
  assert.doesNotMatch(JSON.stringify(answer), /need_to_know|policies|sales/)
})

test('the operator sees the rule, its line and its text in the receipt of a denial', async () => {
  await research.callTool({ name: 'memory.read', arguments: { namespace: 'CRM.customers' } })
  const receipt = last()
  assert.equal(receipt?.decision?.effect, 'deny')
  assert.deepEqual(receipt?.decision?.rules, [
    {
      ...{ policy: 'need_to_know', rule: 'deny', file: 'policies/test.policy', line: 7, column: 3 },
      text: '  deny: memory.read("CRM.*") unless principal.roles.contains("sales")',
    },
  ])
})

test('arguments decide: the same tool is permitted with some and denied with others', async () => {
  const before = running.received().length
  const answer = await sales.callTool({ name: 'desk.echo', arguments: { message: 'forbidden' } })
  assert.equal(answer.isError, true)
  assert.equal(running.received().length, before)
})

test('a tool that is not there, and one that is forbidden, look the same', async () => {
  const text = async (name: string) => {
    const answer = await research.callTool({ name, arguments: {} })
    return JSON.stringify(answer).replaceAll(/[0-9a-f-]{36}/g, 'ID')
  }
  assert.equal(await text('desk.echo'), await text('desk.no-such-tool'))
  assert.equal(await text('desk.echo'), await text('echo'))
})

test('every action left its receipts, and the ledger verifies by its public key', async () => {
  const data = join(running.folder, '.portcullis')
  const vkey = readFileSync(join(data, 'keys', 'ledger.vkey'), 'utf8').trim()
  const report = checkLedger(join(data, 'ledger'), vkey)
  assert.deepEqual([report.ok, report.problems], [true, []])
  const receipts = running.receipts()
  for (const receipt of receipts.filter(({ effect }) => effect?.state === 'dispatched')) {
    const outcomes = receipts.filter(({ effect }) => effect?.of === receipt.id)
    assert.equal(outcomes.length, 1)
  }
})

test('no payload, no secret and no credential stands in the ledger', () => {
  const written = JSON.stringify(running.receipts())
  assert.doesNotMatch(written, /ada@example\.org|078-05|eyJ/)
})

test('a mended policy holds from the next request on, and a broken one does not', async () => {
  const file = join(running.folder, 'policies', 'test.policy')
  const probe = () => sales.callTool({ name: 'desk.echo', arguments: { message: 'forbidden' } })
  writeFileSync(file, 'policy desk { allow: desk.echo')
  await assert.rejects(running.runtime.operations.reloadPolicies(), { code: 'POLICY_INVALID' })
  assert.equal((await probe()).isError, true)
  assert.equal(
    (await sales.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })).isError,
    undefined,
  )
  writeFileSync(file, 'policy desk { allow: desk.echo if principal.roles.contains("sales") }')
  await running.runtime.operations.reloadPolicies()
  assert.equal((await probe()).isError, undefined)
})

test('with no policy loaded nothing passes and nothing is seen', async () => {
  writeFileSync(join(running.folder, 'policies', 'test.policy'), '')
  await running.runtime.operations.reloadPolicies()
  assert.deepEqual(await toolNames(sales), [])
  const answer = await sales.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
  assert.equal(answer.isError, true)
  assert.equal(last()?.decision?.reason, 'nothing_loaded')
})
