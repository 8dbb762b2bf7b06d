import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { runningDoor } from '../support/running-door.ts'

// A parser, a policy or a digest that descends by recursion runs out of stack.

const BODIES: readonly [title: string, text: string][] = [
  ['a hundred arrays', '['.repeat(100) + ']'.repeat(100)],
  ['a million arrays that are never closed', '['.repeat(1_000_000)],
  ['objects within objects', `${'{"a":'.repeat(100)}0${'}'.repeat(100)}`],
  [
    'arguments that are nested',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"files.read","arguments":{"a":${'['.repeat(64)}${']'.repeat(64)}}}}`,
  ],
]

for (const [title, text] of BODIES) {
  test(`${title} are repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const send = () => running.post(text, session)
    await assertRepelled(running, { code: 'REQUEST_TOO_DEEP', agent: 'sales', send })
  })
}
