import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  begin,
  type Desk,
  deskClock,
  OVERLAP_MS,
  openDesk,
} from '../../../test/support/key-desk.ts'
import { KeySchedule, SCHEDULE_TICK_MS } from './key-schedule.ts'

const EVERY_MS = 10 * OVERLAP_MS
const states = ({ desk }: Desk) => desk.keys.map(({ state }) => state)

async function scheduled(t: TestContext, at: Desk, rotateEveryMs: number | undefined = EVERY_MS) {
  await begin(at.desk)
  const { desk, log, time } = at
  const schedule = new KeySchedule({
    ...{ desk, log, clock: time, alarm: time.alarm },
    ...{ rotateEveryMs, overlapMs: OVERLAP_MS },
  })
  t.after(() => schedule.close())
  await schedule.start()
  /** Lets this much time pass, an hour at a time, and what is due in it happen. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= SCHEDULE_TICK_MS) {
      time.advance(Math.min(left, SCHEDULE_TICK_MS))
      await schedule.idle()
    }
  }
  return { schedule, pass }
}

test('keys are rotated and retired when it is time', async (t) => {
  const at = await openDesk(t)
  const { pass } = await scheduled(t, at)
  await pass(EVERY_MS - SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['active'])
  await pass(SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['retiring', 'active'])
  await pass(OVERLAP_MS - SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['retiring', 'active'])
  await pass(SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['retired', 'active'])
})

test('what was due while nothing ran is done at the start', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk)
  at.time.advance(2 * EVERY_MS)
  await scheduled(t, at)
  assert.deepEqual(states(at), ['retiring', 'active'])
})

test('setting the clock neither hurries a rotation nor holds it up', async (t) => {
  const time = deskClock()
  const at = await openDesk(t, { time })
  const { pass } = await scheduled(t, at)
  time.set(time.now() + 5 * EVERY_MS)
  await pass(SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['active'])
  time.set(0)
  await pass(EVERY_MS)
  assert.deepEqual(states(at), ['retiring', 'active'])
})

test('without a published trust document nothing is rotated on schedule', async (t) => {
  const at = await openDesk(t, { root: false })
  const { pass } = await scheduled(t, at)
  await pass(EVERY_MS + OVERLAP_MS)
  assert.deepEqual(states(at), ['active'])
})

test('the old key signs on while the next document waits for its root', async (t) => {
  const at = await openDesk(t)
  const { pass } = await scheduled(t, at)
  const [root, away] = ['root.pem', 'away.pem'].map((name) => join(at.folder, name))
  await rename(root ?? '', away ?? '')
  await pass(EVERY_MS + 3 * OVERLAP_MS)
  assert.deepEqual(states(at), ['retiring', 'active'])
  await rename(away ?? '', root ?? '')
  await pass(2 * SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['retired', 'active'])
})

test('nothing is rotated unless it is asked for, and nothing after the end', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk)
  const { schedule, pass } = await scheduled(t, at, Number.POSITIVE_INFINITY)
  await pass(EVERY_MS)
  await schedule.close()
  at.time.advance(EVERY_MS)
  assert.deepEqual(states(at), ['active'])
})

test('a schedule that fails is told, and goes on', async (t) => {
  let failing = true
  const at = await openDesk(t, { refuse: ({ event }) => event === 'key.rotated' && failing })
  const { pass } = await scheduled(t, at)
  await pass(EVERY_MS)
  assert.ok(at.log.events.includes('keys.schedule_failed'))
  failing = false
  await pass(OVERLAP_MS + 2 * SCHEDULE_TICK_MS)
  assert.deepEqual(states(at), ['retired', 'active'])
})
