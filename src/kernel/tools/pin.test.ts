import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  approvePin,
  type FirstSight,
  pinAgain,
  pinAtFirst,
  rejectPin,
  type ToolPin,
} from './pin.ts'

const FIRST: FirstSight = {
  ...{ server: 'desk', tool: 'search', fingerprint: 'a', at: 1 },
  ...{ mode: 'first_use', disguised: false },
}
const at = (fingerprint: string) => ({ ...FIRST, fingerprint, at: 2 })
const PINNED = pinAtFirst(FIRST)

const FIRST_CASES: readonly (readonly [string, Partial<FirstSight>, ToolPin['state']])[] = [
  ['at first use', {}, 'pinned'],
  ['where everything is reviewed', { mode: 'review' }, 'pending'],
  ['under a name that is drawn like another', { disguised: true }, 'pending'],
  ['in place of one that went', { renamedFrom: 'find' }, 'quarantined'],
  [
    'in place of one, where all is reviewed',
    { renamedFrom: 'find', mode: 'review' },
    'quarantined',
  ],
]

for (const [when, more, state] of FIRST_CASES) {
  test(`a tool that is seen ${when} is ${state}`, () => {
    const pin = pinAtFirst({ ...FIRST, ...more })
    assert.equal(pin.state, state)
    assert.equal(pin.approved?.fingerprint, state === 'pinned' ? 'a' : undefined)
  })
}

test('a change quarantines, and going back does not lift it', () => {
  const changed = pinAgain(PINNED, at('b'), 'warning')
  assert.equal(changed.state, 'quarantined')
  assert.deepEqual(changed.approved, PINNED.approved)
  assert.equal(pinAgain(changed, at('a'), 'info').state, 'quarantined')
})

test('what neither a model nor a decision depends on may change', () => {
  assert.equal(pinAgain(PINNED, at('b'), 'info'), PINNED)
})

test('one fingerprint is approved: the one seen last, or the one that was trusted', () => {
  const changed = pinAgain(PINNED, at('b'), 'critical')
  assert.equal(approvePin(changed, 'b', 3).approved?.fingerprint, 'b')
  assert.equal(approvePin(changed, 'a', 3).approved?.fingerprint, 'a')
  const again = pinAgain(changed, at('c'), 'critical')
  assert.throws(() => approvePin(again, 'b', 3), { code: 'TOOL_FINGERPRINT_STALE' })
})

test('whatever happens, only what was approved or seen first is ever trusted', () => {
  const prints = fc.constantFrom('a', 'b', 'c', 'd')
  const steps = fc.array(
    fc.oneof(
      fc.record({ seen: prints, severity: fc.constantFrom('warning', 'critical') }),
      fc.record({ approved: prints }),
      fc.constant({ rejected: true }),
    ),
  )
  fc.assert(
    fc.property(steps, (all) => {
      let pin = PINNED
      const allowed = new Set(['a'])
      for (const step of all) {
        if ('severity' in step && step.seen !== pin.approved?.fingerprint) {
          pin = pinAgain(pin, at(step.seen), step.severity as 'warning')
          assert.notEqual(pin.state, 'pinned')
        } else if ('approved' in step) {
          try {
            pin = approvePin(pin, step.approved, 3)
            allowed.add(step.approved)
          } catch {
            continue
          }
        } else if ('rejected' in step) pin = rejectPin(pin)
        if (pin.state === 'pinned') assert.ok(allowed.has(pin.approved?.fingerprint ?? ''))
      }
    }),
  )
})
