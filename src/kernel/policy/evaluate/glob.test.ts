import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { glob } from './glob.ts'

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 })
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })

test('a pattern matches what the equal regular expression matches', () => {
  fc.assert(
    fc.property(pattern, letters, (stars, text) => {
      const expression = new RegExp(`^${stars.replaceAll('*', '.*')}$`, 's')
      assert.equal(glob(stars)(text), expression.test(text))
    }),
    { numRuns: 5_000 },
  )
})

test('a backslash makes a star plain', () => {
  const matches = glob('5\\*\\\\*')
  assert.deepEqual(['5*\\', '5*\\x', '5x\\', '5*'].map(matches), [true, true, false, false])
})

test('many stars over a long text are searched once from the left', () => {
  const steps = 'a'.repeat(200_000)
  assert.equal(glob(`${'a*'.repeat(200)}b`)(steps), false)
})
