import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { boundHeap, startWithSmallHeap, YOUNG_BYTES } from './heap-bounds.ts'

// Flags hold for a process, and each test file has its own.
const KEPT = 200_000
const ROUNDS = 60
const MADE_IN_ROUND = 20_000

/** Makes garbage of which much lives for a while: what the young generation grows for. */
async function work(kept: unknown[]): Promise<number> {
  const sizes: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let made = 0; made < MADE_IN_ROUND; made += 1) {
      kept[(round * MADE_IN_ROUND + made) % KEPT] = { round, made: [made] }
    }
    await turn()
    sizes.push(youngBytes())
  }
  // The median: while it is collected it may take pages beyond its size.
  return sizes.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((it) => it.space_name === 'new_space')?.space_size ?? 0
}

test('the heap stays small at the start, and is bounded at work', async () => {
  startWithSmallHeap()
  const kept: unknown[] = []
  // By itself it would grow to 67 MB.
  const small = await work(kept)
  assert.ok(small <= 2 * YOUNG_BYTES, `${small}`)

  boundHeap()
  const most = await work(kept)
  // It may double once more before it is seen to be large enough.
  assert.ok(most <= 2 * YOUNG_BYTES + YOUNG_BYTES / 4, `${most}`)
})
