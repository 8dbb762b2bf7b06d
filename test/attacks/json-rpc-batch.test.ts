import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { request, runningDoor } from '../support/running-door.ts'

// Whoever judges the first message of a batch lets the others through.

const permitted = request('tools/call', { name: 'files.read' }, 1)
const forbidden = request('tools/call', { name: 'slack.archive' }, 2)

for (const batch of [[permitted, forbidden], [permitted], []]) {
  test(`a batch of ${batch.length} messages is repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const send = () => running.post(JSON.stringify(batch), session)
    await assertRepelled(running, { code: 'REQUEST_BATCH', agent: 'sales', send })
  })
}
