import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closing } from './closing.ts'

test('what was opened last is closed first, each once, whatever fails on the way', async () => {
  const closed: string[] = []
  const opened = closing()
  opened.add(() => void closed.push('first'))
  opened.add(async () => {
    closed.push('second')
    throw new Error('second')
  })
  opened.add(() => {
    closed.push('third')
    throw new Error('third')
  })
  await assert.rejects(opened.close(), /third/)
  assert.deepEqual(closed, ['third', 'second', 'first'])
  await opened.close()
  assert.equal(closed.length, 3)
})
