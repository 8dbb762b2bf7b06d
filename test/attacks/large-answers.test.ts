import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { callOf, rawMcp } from '../support/raw-mcp.ts'
import { runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy both {\n  allow: desk.*\n}\n'
/** The least that may be set. One agent may have half of it. */
const ROOM = '[limits]\nanswer_bytes = 33554432\n'
const MEBIBYTE = 1024 * 1024
/** More than the connection of a client that does not read takes by itself. */
const LARGE = 12 * MEBIBYTE

async function attacked(t: TestContext) {
  const running = await runRuntime({ policy: POLICY, agents: ['greedy', 'other'], more: ROOM })
  t.after(() => running.close())
  const connect = async (agent: string) => {
    const { token } = await running.runtime.operations.issueToken(agent, {})
    return rawMcp(running.runtime.address, token)
  }
  return { running, greedy: await connect('greedy'), other: await connect('other') }
}

const large = (bytes: number) => callOf('desk.large', { bytes })

async function codeIn(response: Response): Promise<unknown> {
  const { result } = JSON.parse(await response.text())
  return result._meta?.['portcullis/code'] ?? 'answered'
}

test('answers that an agent does not read are its own to wait for, and come back', async (t) => {
  const { running, greedy, other } = await attacked(t)
  const unread = await greedy.post(large(LARGE))
  const refused = await greedy.post(large(LARGE))
  const { result } = JSON.parse(await refused.text())
  assert.equal(result._meta['portcullis/code'], 'ANSWERS_LIMIT')
  assert.equal(result._meta['portcullis/retryAfterMs'], 1_000)
  // Who asks for little, or is somebody else, is not held up.
  assert.equal(await codeIn(await greedy.post(callOf('desk.echo', { message: 'hi' }))), 'answered')
  assert.equal(await codeIn(await other.post(large(8 * MEBIBYTE))), 'answered')
  // The server has acted, as far as anybody knows.
  const outcome = running.receipts().find(({ code }) => code === 'ANSWERS_LIMIT')
  assert.equal(outcome?.effect?.state, 'unknown')
  // The client hangs up: what was kept for it is given back.
  await unread.body?.cancel()
  let code: unknown
  do code = await codeIn(await greedy.post(large(LARGE)))
  while (code === 'ANSWERS_LIMIT')
  assert.equal(code, 'answered')
  // And so it is once an answer was read.
  assert.equal(await codeIn(await greedy.post(large(LARGE))), 'answered')
})
