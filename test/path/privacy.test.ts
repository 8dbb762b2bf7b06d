import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
policy desk {
  allow: desk.*
  require: redact("email") for desk.*
}
`
const MORE = `[ledger.payloads]
keep = "redacted"
max_bytes = 4096
[ledger.subjects]
"desk.echo" = "args.customer"
`

// Long enough that no ciphertext holds it by chance.
const CUSTOMER = 'the-customer-of-the-north'

let running: RunningRuntime
let sales: Client
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: MORE })
  sales = await running.agent('sales')
})
after(() => running.close())

const echo = (customer: unknown, message = 'write to ann@example.com') =>
  sales.callTool({ name: 'desk.echo', arguments: { message, customer } })
const lastOf = (kind: string) =>
  running.receipts().findLast((receipt) => receipt.kind === kind) ?? assert.fail()
const code = (code: string) => ({ code })

test('what was passed on is kept, and shown to an operator alone, with a receipt', async () => {
  await echo(CUSTOMER)
  const { operations } = running.runtime
  const decision = lastOf('decision')
  const shown = await operations.showPayloads(decision.id)
  assert.deepEqual(shown.in, { message: 'write to [redacted:email]', customer: CUSTOMER })
  assert.notEqual(decision.in?.kept, decision.in?.digest)
  const outcome = lastOf('effect')
  const { out } = await operations.showPayloads(String(outcome.seq))
  assert.match(JSON.stringify(out), /write to \[redacted:email\]/)
  assert.equal(outcome.out?.subject, decision.in?.subject)
  assert.equal(lastOf('admin').event?.detail, `${outcome.id} out`)
})

test('neither a payload nor the name of its subject stands anywhere in the data directory', () => {
  const folder = join(running.folder, '.portcullis')
  for (const name of [
    'payloads.db',
    'payloads.db-wal',
    'data-keys.db',
    'ledger/segments/0000000000.seg',
  ]) {
    const bytes = readFileSync(join(folder, name))
    assert.equal(bytes.includes(CUSTOMER), false, name)
    assert.equal(bytes.includes('redacted:email'), false, name)
  }
})

test('an action whose arguments name nobody is refused', async () => {
  for (const customer of [undefined, '', {}, [1], 'x'.repeat(257), 'a\u0000b']) {
    const refused = await echo(customer).catch((error: Error) => error)
    assert.match(JSON.stringify(refused), /SUBJECT_UNKNOWN/)
    assert.equal(lastOf('decision').code, 'SUBJECT_UNKNOWN')
  }
})

test('an action whose payload cannot be kept is refused, and not carried out', async () => {
  const message = 'never '.repeat(1_000)
  const refused = await echo(CUSTOMER, message).catch((error: Error) => error)
  assert.match(JSON.stringify(refused), /PAYLOAD_TOO_LARGE/)
  assert.equal(running.received().includes('never never'), false)
  assert.equal(lastOf('refusal').code, 'PAYLOAD_TOO_LARGE')
})

test('a result that cannot be kept does not reach the agent, and a receipt says why', async () => {
  // `1e20` is longer in canonical form: what comes back is too large, what goes out is not.
  const numbers = Array.from({ length: 400 }, () => '1e20').join(',')
  const result = `{"content":[],"structuredContent":{"numbers":[${numbers}]}}`
  const line = `{"jsonrpc":"2.0","id":ID,"result":${result}}`
  const call = { name: 'desk.raw', arguments: { line } }
  const refused = await sales.callTool(call).catch((error: Error) => error)
  assert.match(JSON.stringify(refused), /PAYLOAD_TOO_LARGE/)
  const outcome = lastOf('effect')
  assert.deepEqual([outcome.effect?.state, outcome.code], ['confirmed', 'PAYLOAD_TOO_LARGE'])
})

test('after an erasure nothing opens, and a second one changes nothing', async () => {
  const { operations } = running.runtime
  const decision = running.receipts().find(({ in: input }) => input?.sealed) ?? assert.fail()
  const hold = await operations.addHold({ reason: 'case 7', run: decision.run })
  const erase = { subject: `data:${CUSTOMER}`, reason: 'asked' }
  await assert.rejects(operations.eraseSubject(erase), code('HOLD_ACTIVE'))
  assert.equal(lastOf('refusal').event?.name, 'erasure.refused')
  await operations.removeHold(hold.id, { reason: 'closed' })
  const erased = await operations.eraseSubject(erase)
  assert.equal(erased.pseudonym, decision.in?.subject)
  assert.equal(lastOf('erasure').event?.subject, erased.pseudonym)
  await assert.rejects(operations.showPayloads(decision.id), code('PAYLOAD_ERASED'))
  assert.deepEqual(await operations.eraseSubject(erase), { state: 'unknown', payloads: 0 })
  await running.restart()
  const shown = running.runtime.operations.showPayloads(decision.id)
  await assert.rejects(shown, code('PAYLOAD_ERASED'))
  sales = await running.agent('sales')
  await echo(CUSTOMER)
  assert.notEqual(lastOf('decision').in?.subject, erased.pseudonym)
})

test('attack: the file of holds is deleted: they stand again at the start', async () => {
  const { id } = await running.runtime.operations.addHold({ reason: 'case 9', run: 'r: 1' })
  const before = running.runtime.operations.listHolds()
  const file = join(running.folder, '.portcullis', 'holds.db')
  await running.restart(async () => rmSync(file))
  const { operations } = running.runtime
  assert.deepEqual(operations.listHolds(), before)
  assert.equal(before.holds[0]?.scope, 'run r: 1')
  await operations.removeHold(id, { reason: 'closed' })
  await running.restart(async () => rmSync(file))
  assert.deepEqual(running.runtime.operations.listHolds(), { holds: [] })
  sales = await running.agent('sales')
})

test('attack: an agent asks for a hold to be lifted, by any name a tool could have', async () => {
  const { operations } = running.runtime
  const { id } = await operations.addHold({ reason: 'case 8' })
  for (const name of ['hold.remove', 'ledger.hold', 'portcullis.removeHold', 'admin.removeHold']) {
    const call = { name, arguments: { id, reason: 'please' } }
    const refused = await sales.callTool(call).catch((error: Error) => error)
    assert.match(JSON.stringify(refused), /DENIED|not permitted|UNKNOWN/)
  }
  for (const path of [`/v1/holds/${id}/remove`, '/v1/subjects/erase', '/v1/payloads/1']) {
    const { status } = await fetch(`${running.runtime.address}${path}`, { method: 'POST' })
    assert.equal(status, 404)
  }
  assert.deepEqual(
    operations.listHolds().holds.map((hold) => hold.id),
    [id],
  )
  await operations.removeHold(id, { reason: 'end of the test' })
})
