import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAllowances } from './allowances.ts'

test('an agent has only so many requests under way, and others are not held up', () => {
  const allowances = createAllowances({ requestsPerAgent: 2, bytesPerAgent: 10 })
  const first = allowances.enter('sales')
  allowances.enter('sales')
  assert.throws(() => allowances.enter('sales'), { code: 'REQUEST_BUSY' })
  allowances.enter('research')
  first.leave()
  allowances.enter('sales')
})

test('an agent has only so many bytes under way, and gets them back', () => {
  const allowances = createAllowances({ requestsPerAgent: 9, bytesPerAgent: 10 })
  const [one, two] = [allowances.enter('sales'), allowances.enter('sales')]
  one.take(6)
  assert.throws(() => two.take(5), { code: 'REQUEST_BUSY' })
  two.take(4)
  one.leave()
  two.take(6)
  two.leave()
  allowances.enter('sales').take(10)
})
