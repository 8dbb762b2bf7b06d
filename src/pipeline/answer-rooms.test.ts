import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AnswerRooms, SMALL_ANSWER_BYTES } from './answer-rooms.ts'

const MEBIBYTE = 1024 * 1024

test('answers of an agent are refused when they take more than is left beside them', () => {
  const rooms = new AnswerRooms(64 * MEBIBYTE)
  const greedy = rooms.enter('greedy')
  for (let answers = 0; answers < 4; answers++) greedy.answer()(8 * MEBIBYTE)
  assert.throws(() => rooms.enter('greedy').answer()(MEBIBYTE), { code: 'ANSWERS_LIMIT' })
  rooms.enter('other').answer()(16 * MEBIBYTE)
  greedy.leave()
  rooms.enter('greedy').answer()(16 * MEBIBYTE)
})

test('an answer is counted as it grows, and what was refused of it is not', () => {
  const rooms = new AnswerRooms(8 * MEBIBYTE)
  const room = rooms.enter('agent')
  const grown = room.answer()
  for (const mebibytes of [1, 2, 2, 4]) grown(mebibytes * MEBIBYTE)
  assert.throws(() => grown(5 * MEBIBYTE), { code: 'ANSWERS_LIMIT' })
  assert.equal(rooms.bytes, 4 * MEBIBYTE)
  room.leave()
  room.leave()
  assert.equal(rooms.bytes, 0)
})

test('small answers cost nothing, and pass where there is no room for large ones', () => {
  const rooms = new AnswerRooms(2 * MEBIBYTE)
  rooms.enter('agent').answer()(MEBIBYTE)
  const small = rooms.enter('agent')
  small.answer()(SMALL_ANSWER_BYTES)
  assert.equal(small.bytes, 0)
  assert.throws(() => small.answer()(SMALL_ANSWER_BYTES + 1), { code: 'ANSWERS_LIMIT' })
})

test('whatever agents do, all together stay within the limit, and all of it comes back', () => {
  const limit = 16 * MEBIBYTE
  const step = fc.record({
    agent: fc.constantFrom('a', 'b', 'c'),
    bytes: fc.integer({ min: 0, max: limit }),
    leaves: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rooms = new AnswerRooms(limit)
      const taken = steps.map(({ agent, bytes, leaves }) => {
        const room = rooms.enter(agent)
        try {
          room.answer()(bytes)
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'ANSWERS_LIMIT')
          assert.equal(room.bytes, 0)
        }
        assert.ok(rooms.bytes <= limit)
        if (leaves) room.leave()
        return room
      })
      for (const room of taken) room.leave()
      assert.equal(rooms.bytes, 0)
    }),
  )
})
