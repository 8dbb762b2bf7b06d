import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { runningDoor } from '../support/running-door.ts'

// One reader takes the first of two members of one name, another the last: what is judged is then
// not what is done.

const CALLS: readonly [title: string, text: string][] = [
  [
    'a tool named twice',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"files.read","name":"slack.archive"}}',
  ],
  [
    'a tool named again by an escape',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"files.read","\\u006eame":"slack.archive"}}',
  ],
  [
    'an argument given twice',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"files.read","arguments":{"path":"/public","path":"/etc/shadow"}}}',
  ],
  [
    'a method given twice',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"files.read"}}',
  ],
]

for (const [title, text] of CALLS) {
  test(`${title} is repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const send = () => running.post(text, session)
    await assertRepelled(running, { code: 'REQUEST_DUPLICATE_KEY', agent: 'sales', send })
  })
}
