import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellBlocks } from '../../../../test/support/guide.ts'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { as, runningDoor } from '../../../../test/support/running-door.ts'

test('the request that the guide shows is served', async (t) => {
  const [example = ''] = shellBlocks('mcp-revisions.md')
  const lines = [...example.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value]) => [
    name.toLowerCase(),
    value,
  ])
  const [, body = ''] = /-d '(.*)'/s.exec(example) ?? []
  const { post } = await runningDoor(t, {
    gate: inMemoryGate({ permits: { sales: ['crm.lookup'] } }),
  })
  const reply = await post(body, { ...as('sales'), ...Object.fromEntries(lines) })
  assert.equal(reply.status, 200)
  assert.equal(reply.body.result.resultType, 'complete')
})
