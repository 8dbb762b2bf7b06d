import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { as, runningDoor } from '../support/running-door.ts'

const BODIES: readonly [title: string, text: string][] = [
  ['nothing', ''],
  ['half a message', '{"jsonrpc":"2.0","id":1,"method":"pi'],
  ['two messages', '{"jsonrpc":"2.0"}{"jsonrpc":"2.0"}'],
  ['a comment', '{"jsonrpc":"2.0"/**/}'],
  ['a byte order mark', '\ufeff{"jsonrpc":"2.0"}'],
]

for (const [title, text] of BODIES) {
  test(`a body of ${title} is repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const send = () => running.post(text, session)
    await assertRepelled(running, { code: 'REQUEST_MALFORMED_JSON', agent: 'sales', send })
  })
}

test('a body of another type is repelled, so that no web form can be a message', async (t) => {
  const running = await runningDoor(t)
  const headers = { ...as('sales'), 'content-type': 'text/plain' }
  const send = () => running.post('{"jsonrpc":"2.0"}', headers)
  await assertRepelled(running, { code: 'REQUEST_CONTENT_TYPE', agent: 'sales', send })
})
