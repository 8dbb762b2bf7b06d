import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import { demanding } from '../../test/support/obligations.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import { createGate } from './gate.ts'

const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: 's1' }
const LABELLING = demanding(ALLOWED, { kind: 'label', labels: ['private'], marked: false })

function heard(method: string, decision: Decision) {
  const notice = { server: 'desk', notification: { method, params: { data: 'a\u200bb' } } }
  return createGate(inMemoryPorts({ decision })).overheard(SALES, notice, CHANNEL)
}

test('what a server says unasked is shown as it is', () => {
  const method = 'notifications/message'
  assert.deepEqual(heard(method, ALLOWED), { method, params: { data: 'a⟦U+200B⟧b' } })
})

test('what would give a label, and has no receipt that could, is not heard', () => {
  assert.equal(heard('notifications/message', LABELLING), undefined)
  const method = 'notifications/tools/list_changed'
  assert.equal(heard(method, LABELLING)?.method, method)
})
