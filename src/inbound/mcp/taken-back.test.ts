import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../../test/support/in-memory-upstreams.ts'
import { readEvents } from '../../../test/support/read-events.ts'
import { request, runningDoor } from '../../../test/support/running-door.ts'
import type { EndOf } from '../../kernel/identity/standing.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { Caller } from '../../pipeline/ports.ts'

const LOGGED = { method: 'notifications/message', params: { data: 'hello' } }
const ASK = { method: 'sampling/createMessage', params: {} }

test('what is taken back ends the answer, the stream and the question, at once', async (t) => {
  const ends: ((end: EndOf) => void)[] = []
  const onEnd = (listener: (end: EndOf) => void) => {
    ends.push(listener)
    return () => undefined
  }
  const callers: Caller[] = []
  const questions: Promise<string>[] = []
  const finish = Promise.withResolvers<object>()
  const gate = inMemoryGate({
    permits: { sales: ['desk.*'] },
    async carryOut(_, caller) {
      assert.ok(caller)
      callers.push(caller)
      questions.push(caller.ask('desk', ASK).then(String, ({ code }) => code))
      await finish.promise
      return { secret: 'late' }
    },
  })
  const upstreams = inMemoryUpstreams({ desk: {} })
  const { at } = await runningDoor(t, { gate, upstreams, standing: { onEnd } })
  const desk = at('desk')
  const headers = await desk.open({ capabilities: { sampling: {} } })
  const accept = 'application/json, text/event-stream'
  const response = await fetch(desk.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept },
    body: JSON.stringify(request('tools/call', { name: 'get' }, 'mine')),
  })
  const answer = readEvents(t, response)
  const stream = readEvents(t, await fetch(desk.url, { headers: { ...headers, accept } }))
  await answer.next()

  const id = headers['mcp-session-id'] ?? ''
  for (const end of ends) end({ what: 'session', id, tenant: DEFAULT_TENANT })
  const [caller] = callers
  caller?.tell('desk', LOGGED)
  caller?.client.tell('desk', LOGGED)
  finish.resolve({})

  assert.deepEqual(await Promise.all(questions), ['CLIENT_SILENT'])
  assert.equal(await stream.next(), undefined)
  const rest = []
  for (let event = await answer.next(); event !== undefined; event = await answer.next()) {
    rest.push(event)
  }
  assert.doesNotMatch(JSON.stringify(rest), /late|hello/)
  assert.equal(rest.at(-1)?.message.error.data.code, 'SESSION_ENDED')
  assert.equal((await desk.post(request('ping'), headers)).status, 404)
})
