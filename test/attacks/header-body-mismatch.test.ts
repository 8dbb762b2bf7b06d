import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { as, request, runningDoor } from '../support/running-door.ts'

// A gateway that routes or judges by headers sees one call, the server another.

const call = request('tools/call', { name: 'slack.post' })
const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

const HEADERS: readonly Record<string, string>[] = [
  { 'mcp-method': 'tools/list' },
  { 'mcp-name': 'files.read' },
  { 'mcp-method': 'tools/call', 'mcp-name': 'files.read' },
  { 'mcp-method': 'tools/call', 'mcp-name': encoded('files.read') },
  { 'mcp-protocol-version': '2025-06-18' },
]

for (const headers of HEADERS) {
  test(`a call that its headers ${JSON.stringify(headers)} belie is repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const send = async () => {
      const reply = await running.post(call, { ...session, ...headers })
      assert.equal(reply.body.error.code, -32020)
      return reply
    }
    await assertRepelled(running, { code: 'REQUEST_HEADER_MISMATCH', agent: 'sales', send })
  })
}

test('headers that say what the body says are taken', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const headers = { 'mcp-method': 'tools/call', 'mcp-name': encoded('slack.post') }
  const { status } = await post(call, { ...(await open(as('sales'))), ...headers })
  assert.equal(status, 200)
  assert.equal(gate.guarded.length, 1)
})
