import assert from 'node:assert/strict'
import test from 'node:test'
import { parseTimeWindow, timeWindowTest } from './time-window.ts'

function within(window: string, time: string): boolean | undefined {
  const parsed = parseTimeWindow(window)
  assert.ok(typeof parsed !== 'string', String(parsed))
  return timeWindowTest(parsed)(Date.parse(time))
}

const CASES: readonly (readonly [string, string, boolean])[] = [
  ['Mon-Fri', '2026-11-20T12:00Z', true],
  ['Mon-Fri', '2026-11-21T12:00Z', false],
  ['Sat,Sun', '2026-11-21T12:00Z', true],
  ['Fri-Mon', '2026-11-22T12:00Z', true],
  ['Fri-Mon', '2026-11-24T12:00Z', false],
  ['09:00-17:00', '2026-11-21T09:00Z', true],
  ['09:00-17:00', '2026-11-21T16:59:59.999Z', true],
  ['09:00-17:00', '2026-11-21T17:00Z', false],
  ['00:00-24:00', '2026-11-21T23:59Z', true],
  ['09:00-17:00 Europe/Vienna', '2026-11-21T08:30Z', true],
  ['09:00-17:00 Europe/Vienna', '2026-07-21T07:30Z', true],
  ['09:00-17:00 Europe/Vienna', '2026-07-21T15:30Z', false],
  ['Mon 00:00-01:00 Asia/Tokyo', '2026-11-22T15:30Z', true],
  ['22:00-06:00', '2026-11-21T23:00Z', true],
  ['22:00-06:00', '2026-11-21T05:59Z', true],
  ['22:00-06:00', '2026-11-21T12:00Z', false],
  ['Fri 22:00-06:00', '2026-11-21T03:00Z', true],
  ['Fri 22:00-06:00', '2026-11-20T03:00Z', false],
  ['2026-12-24..2026-12-26', '2026-12-26T23:59Z', true],
  ['2026-12-24..2026-12-26', '2026-12-27T00:00Z', false],
]

for (const [window, time, expected] of CASES)
  test(`${time} is ${expected ? '' : 'not '}within ${window}`, () => {
    assert.equal(within(window, time), expected)
  })

for (const text of [
  ...['', 'UTC', 'Monday', '9:00-17:00', '09:00-09:00', '09:00-24:30', '25:00-26:00'],
  ...[
    'Mon Mon',
    '2026-02-30..2026-03-01',
    '2026-03-02..2026-03-01',
    'Mon Mars/Base',
    'Mon UTC UTC',
  ],
])
  test(`\`${text}\` is no window of time`, () => {
    assert.equal(typeof parseTimeWindow(text), 'string')
  })

test('a time that no calendar reaches is within no window and outside of none', () => {
  const parsed = parseTimeWindow('Mon')
  assert.ok(typeof parsed !== 'string')
  assert.equal(timeWindowTest(parsed)(1e17), undefined)
})
