import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import { createGate } from './gate.ts'

const bearer = (token: string): Credential => ({ kind: 'bearer', token })
const at = (peer: string) => ({ door: 'mcp', peer, run: '-' })
const FAR = at('192.0.2.7')

async function guesses(gate: ReturnType<typeof createGate>, times: number, channel = FAR) {
  const codes: string[] = []
  for (let time = 0; time < times; time += 1) {
    const failed = await gate.admit(bearer(`guess ${time}`), channel).catch((error) => error)
    codes.push(failed.code)
  }
  return codes
}

test('who guesses has to wait before another credential is looked at, and no longer', async () => {
  const ports = inMemoryPorts()
  const gate = createGate(ports)
  const codes = await guesses(gate, 40)
  assert.deepEqual(new Set(codes.slice(0, 31)), new Set(['IDENTITY_INVALID']))
  assert.deepEqual(new Set(codes.slice(31)), new Set(['AUTHENTICATION_THROTTLED']))
  const looked = ports.steps.filter((step) => step === 'identify').length
  assert.equal(looked, 31)
  const good = gate.admit(bearer('good'), FAR)
  await assert.rejects(good, { code: 'AUTHENTICATION_THROTTLED' })
  ports.time.advance(1_000)
  assert.equal((await gate.admit(bearer('good'), FAR)).principal.id, 'sales')
})

test('a credential that was good before is not shut out by a neighbour', async () => {
  const gate = createGate(inMemoryPorts())
  await gate.admit(bearer('good'), FAR)
  await guesses(gate, 40)
  assert.equal((await gate.admit(bearer('good'), FAR)).principal.id, 'sales')
})

test('nobody on this machine can shut out the others on it', async () => {
  const gate = createGate(inMemoryPorts())
  for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    const codes = await guesses(gate, 40, at(peer))
    assert.deepEqual(new Set(codes), new Set(['IDENTITY_INVALID']))
    assert.equal((await gate.admit(bearer('good'), at(peer))).principal.id, 'sales')
  }
})

test('one alert tells that an address has to wait', async () => {
  const ports = inMemoryPorts()
  await guesses(createGate(ports), 40)
  const alerts = ports.receipts.filter(({ event }) => event?.name === 'authentication.throttled')
  assert.deepEqual(
    alerts.map(({ kind, channel, event }) => [kind, channel.peer, event?.count]),
    [['alert', '192.0.2.7', 31]],
  )
})

test('a request without a credential only asks, and counts for nothing', async () => {
  const gate = createGate(inMemoryPorts())
  for (let time = 0; time < 40; time += 1) {
    await assert.rejects(gate.admit({ kind: 'none' }, FAR), { code: 'IDENTITY_INVALID' })
  }
  assert.equal((await gate.admit(bearer('good'), FAR)).principal.id, 'sales')
})
