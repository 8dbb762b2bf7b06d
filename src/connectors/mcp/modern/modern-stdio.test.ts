import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratch } from '../../../../test/support/scratch.ts'
import { modernScripted } from '../../../../test/support/upstreams/connected.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'

const PATIENT = { waitMs: 10_000 }

function linesOf(received: string): readonly { method: string; params: JsonObject }[] {
  return received
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a process without sessions answers, asks and tells those whom it concerns', async (t) => {
  const options = modernScripted(await scratch(t))
  const { transport, notified, opening } = await opened(t, options, {
    capabilities: { roots: {} },
  })
  assert.equal(opening.protocolVersion, '2026-07-28')
  const told: Record<string, McpMessage[]> = { a: [], b: [] }
  const held = Object.values(told).map((heard) =>
    transport.request(callOf('hold'), {
      ...PATIENT,
      progress: true,
      told: (one) => void heard.push(one),
    }),
  )
  await transport.request(callOf('release'), PATIENT)
  const ids = (await Promise.all(held)).map(({ id }) => id)
  const tokens = [...(told.a ?? []), ...(told.b ?? [])].map(({ params }) => params.progressToken)
  assert.deepEqual(tokens, ids)
  const asked = async () => ({ roots: [] })
  const { inputResponses } = await transport.request(callOf('need'), { ...PATIENT, asked })
  assert.deepEqual(inputResponses, { where: { roots: [] } })
  await transport.listen()
  await transport.request(callOf('change'), PATIENT)
  assert.deepEqual(notified, [{ method: 'notifications/tools/list_changed', params: {} }])
})

test('a call to a process that is cancelled is cancelled there, by its id', async (t) => {
  const options = modernScripted(await scratch(t))
  const { transport, down } = await opened(t, options)
  const gone = new AbortController()
  const call = transport.request(callOf('hold'), { ...PATIENT, cancelled: gone.signal })
  await transport.request(callOf('echo'), PATIENT)
  gone.abort()
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
  await transport.request(callOf('echo'), PATIENT)
  const cancelled = linesOf(options.received()).filter(({ method }) => method.includes('cancelled'))
  assert.deepEqual(
    cancelled.map(({ params }) => params),
    [{ requestId: 'p2' }],
  )
  const dying = transport.request(callOf('hold'), PATIENT)
  await assert.rejects(transport.request(callOf('die'), PATIENT), { code: 'UPSTREAM_UNAVAILABLE' })
  await assert.rejects(dying, { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(down.length, 1)
})
