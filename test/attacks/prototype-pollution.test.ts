import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { runningDoor } from '../support/running-door.ts'

for (const name of ['__proto__', '\\u005f\\u005fproto__']) {
  test(`arguments with a member ${name} are repelled and reach no prototype`, async (t) => {
    const running = await runningDoor(t)
    const session = await running.open()
    const args = `{"${name}":{"permitted":true}}`
    const call = `{"name":"files.read","arguments":${args}}`
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${call}}`
    const send = () => running.post(text, session)
    await assertRepelled(running, { code: 'REQUEST_UNSAFE_JSON', agent: 'sales', send })
    assert.equal('permitted' in {}, false)
  })
}
