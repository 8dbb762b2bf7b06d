import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { DEFAULT_REFUSAL_BOUNDS } from '../../src/kernel/alerts/refusal-counts.ts'
import { INITIALIZE } from '../support/running-door.ts'
import { runRuntime } from '../support/running-runtime.ts'

const { alertAfter, receiptsPerSource } = DEFAULT_REFUSAL_BOUNDS
const FLOOD = 200

test('a flood of forged tokens does not fill the ledger, and is counted', async () => {
  const running = await runRuntime({ policy: 'policy p { allow: desk.* }', agents: ['sales'] })
  const knock = async (authorization: string) => {
    const { status } = await fetch(`${running.runtime.address}/mcp`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(INITIALIZE),
    })
    assert.equal(status, 401)
  }
  await Promise.all(Array.from({ length: FLOOD }, (_, n) => knock(`Bearer forged-${n}`)))
  // Who is proved is served as before, from the same address.
  const sales = await running.agent('sales')
  await sales.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
  await sales.close()
  await running.runtime.close()
  const receipts = running.receipts()
  const refusals = receipts.filter(({ kind }) => kind === 'refusal')
  assert.equal(refusals.length, receiptsPerSource)
  const alerts = receipts.filter(({ kind }) => kind === 'alert').map(({ event }) => event)
  assert.deepEqual(
    alerts.map((event) => [event?.name, event?.count, event?.codes?.map(({ code }) => code)]),
    [
      ['refusals.repeated', alertAfter, ['IDENTITY_INVALID']],
      ['refusals.summed', FLOOD - receiptsPerSource, ['IDENTITY_INVALID']],
    ],
  )
  assert.equal(receipts.at(-1)?.event?.name, 'runtime.stopped')
  assert.doesNotMatch(JSON.stringify(receipts), /forged/)
  rmSync(running.folder, { recursive: true })
})
