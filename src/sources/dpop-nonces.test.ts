import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DPOP_NONCE_STEP_MS, DPOP_NONCE_STEPS, dpopNonces } from './dpop-nonces.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const nonces = dpopNonces(new Uint8Array(32).fill(7))

test('a nonce is good for some minutes, and then for no proof any more', () => {
  const nonce = nonces.current(NOW)
  assert.ok(nonces.accepts(nonce, NOW + DPOP_NONCE_STEPS * DPOP_NONCE_STEP_MS))
  assert.ok(!nonces.accepts(nonce, NOW + (DPOP_NONCE_STEPS + 1) * DPOP_NONCE_STEP_MS))
})

test('each minute has a nonce of its own, and nobody knows one ahead of time', () => {
  const later = nonces.current(NOW + 2 * DPOP_NONCE_STEP_MS)
  assert.notEqual(nonces.current(NOW), later)
  assert.ok(!nonces.accepts(later, NOW))
})

test('the nonce of another secret, and what is no nonce, is not accepted', () => {
  const other = dpopNonces(new Uint8Array(32).fill(8)).current(NOW)
  for (const nonce of [other, '', undefined, 7, nonces.current(NOW).slice(1)]) {
    assert.ok(!nonces.accepts(nonce, NOW), String(nonce))
  }
})
