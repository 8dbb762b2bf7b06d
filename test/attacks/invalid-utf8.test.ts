import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { rawPost } from '../support/raw-http.ts'
import { runningDoor } from '../support/running-door.ts'

// A lenient reader replaces bad bytes; the next one, stricter or looser, reads another name.

const BYTES: readonly [title: string, bytes: readonly number[]][] = [
  ['a stray byte', [0xff]],
  ['an overlong full stop', [0xc0, 0xae]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
]

for (const [title, bytes] of BYTES) {
  test(`a name with ${title} is repelled`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const head = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slack'
    const body = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from('post"}}')])
    const send = () => rawPost(running.port, session, body)
    await assertRepelled(running, { code: 'REQUEST_INVALID_UTF8', agent: 'sales', send })
  })
}
