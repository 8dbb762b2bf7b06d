import assert from 'node:assert/strict'
import { ERRORS, type ErrorCode } from '../../src/kernel/errors.ts'
import { type RunningDoor, request } from './running-door.ts'

export interface Attack {
  readonly code: ErrorCode
  /** Sends it, and gives what came back. */
  readonly send: () => Promise<{ readonly status: number; readonly body: unknown }>
  /** The agent that the refusal is put down to, where one was known. */
  readonly agent?: string
}

/**
 * An attack ends in a coded error with nothing forwarded, leaves one refusal on record, and the
 * door goes on answering.
 */
export async function assertRepelled(running: RunningDoor, attack: Attack): Promise<void> {
  const { gate } = running
  const session = await running.open()
  const [guarded, refused] = [gate.guarded.length, gate.refusals.length]
  const { status, body } = await attack.send()
  const { error } = body as { error: { message: string; data: object } }
  assert.equal(status, ERRORS[attack.code].http)
  assert.partialDeepStrictEqual(error.data, { code: attack.code })
  assert.equal(error.message, ERRORS[attack.code].agent)
  assert.equal(gate.guarded.length, guarded, 'nothing is forwarded')
  const recorded = gate.refusals.slice(refused)
  assert.deepEqual(
    recorded.map(({ code, agent }) => ({ code, agent })),
    [{ code: attack.code, agent: attack.agent }],
  )
  const { body: pong } = await running.post(request('ping'), session)
  assert.deepEqual(pong, { jsonrpc: '2.0', id: 1, result: {} })
}
