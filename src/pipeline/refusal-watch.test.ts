import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIED, inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { silentLog } from '../../test/support/silent-log.ts'
import { DEFAULT_REFUSAL_BOUNDS } from '../kernel/alerts/refusal-counts.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { createGate } from './gate.ts'
import { guard } from './guard.ts'
import type { Ledger } from './ports.ts'
import { REFUSAL_WINDOW_MS, RefusalWatch } from './refusal-watch.ts'

// This machine is never made to wait, so that each of its attempts is counted.
const CHANNEL = { door: 'mcp', peer: '127.0.0.7', run: '-' }
const { alertAfter, receiptsPerSource } = DEFAULT_REFUSAL_BOUNDS
const FORGED = { kind: 'bearer', token: 'forged' } as const

async function knock(ports: ReturnType<typeof inMemoryPorts>, times: number): Promise<void> {
  const gate = createGate(ports)
  for (let n = 0; n < times; n += 1) {
    await assert.rejects(gate.admit(FORGED, CHANNEL), { code: 'IDENTITY_INVALID' })
  }
}

test('a flood of forged tokens leaves so many receipts, one alert and one exact sum', async () => {
  const ports = inMemoryPorts()
  const FLOOD = 1_000
  await knock(ports, FLOOD)
  ports.time.advance(REFUSAL_WINDOW_MS)
  await ports.refusals.close()
  const { receipts } = ports
  const refusals = receipts.filter(({ kind }) => kind === 'refusal')
  assert.equal(refusals.length, receiptsPerSource)
  const alerts = receipts.filter(({ kind }) => kind === 'alert')
  const codes = (count: number) => [{ code: 'IDENTITY_INVALID', count }]
  const since = receipts[0]?.ts
  assert.deepEqual(
    alerts.map(({ event }) => event),
    [
      {
        ...{ name: 'refusals.repeated', detail: 'mcp 127.0.0.7', count: alertAfter, since },
        codes: codes(alertAfter),
      },
      {
        ...{ name: 'refusals.summed', detail: 'mcp 127.0.0.7', since },
        ...{ count: FLOOD - receiptsPerSource, codes: codes(FLOOD - receiptsPerSource) },
      },
    ],
  )
  assert.deepEqual(alerts[1]?.channel, { door: 'mcp', peer: '127.0.0.7' })
})

test('the next minute begins anew, and a quiet one leaves nothing', async () => {
  const ports = inMemoryPorts()
  await knock(ports, receiptsPerSource + 1)
  ports.time.advance(REFUSAL_WINDOW_MS)
  await knock(ports, 1)
  ports.time.advance(REFUSAL_WINDOW_MS)
  await ports.refusals.close()
  const kinds = ports.receipts.map(({ kind, event }) => event?.name ?? kind)
  assert.equal(kinds.filter((kind) => kind === 'refusal').length, receiptsPerSource + 1)
  assert.equal(kinds.filter((kind) => kind === 'refusals.summed').length, 1)
})

test('an agent that is denied again and again raises one alert', async () => {
  const ports = inMemoryPorts({ decision: DENIED })
  const action = { kind: 'tool.call', server: 'a', tool: 'b', args: {} } as const
  const credential = { kind: 'bearer', token: 'good' } as const
  for (let n = 0; n < 2 * alertAfter; n += 1) {
    await guard({ action, credential, channel: CHANNEL }, ports)
  }
  await ports.refusals.close()
  const decisions = ports.receipts.filter(({ kind }) => kind === 'decision')
  assert.equal(decisions.length, 2 * alertAfter)
  const alerts = ports.receipts.filter(({ kind }) => kind === 'alert')
  assert.deepEqual(
    alerts.map(({ event, actor }) => [event?.detail, event?.count, actor[0]?.id]),
    [['agent sales', alertAfter, 'sales']],
  )
  const before = ports.receipts.indexOf(alerts[0] ?? assert.fail())
  assert.equal(before, alertAfter, 'right after the denial that made it enough')
})

test('a sum that cannot be written is kept and written with the next', async () => {
  const counts: (number | undefined)[] = []
  let sealed = true
  const ledger: Ledger = {
    async append({ id, event }) {
      if (sealed) throw new PortcullisError('LEDGER_BUSY', 'not now')
      counts.push(event?.count)
      return { id, seq: counts.length }
    },
  }
  const { ids, time } = inMemoryPorts()
  const bounds = { receiptsPerSource: 1, alertAfter: 1_000 }
  const parts = { ledger, ids, clock: time, alarm: time.alarm, log: silentLog, bounds }
  const watch = new RefusalWatch(parts)
  const refusal = { code: 'IDENTITY_MISSING', channel: CHANNEL, identity: undefined } as const
  const noted = [1, 2, 3, 4].map(() => watch.note(refusal))
  assert.deepEqual(noted, [true, false, false, false])
  await watch.close()
  noted.push(watch.note(refusal))
  sealed = false
  await watch.close()
  const recorded = noted.filter(Boolean).length
  assert.equal((counts[0] ?? 0) + recorded, 5)
})
