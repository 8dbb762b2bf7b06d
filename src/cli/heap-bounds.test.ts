import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { boundHeap, startWithSmallHeap, YOUNG_BYTES } from './heap-bounds.ts'

// Flags hold for a process, and each test file has its own. V8 would wait eight seconds.
setFlagsFromString('--gc-memory-reducer-start-delay-ms=200')

const KEPT = 400_000
const ROUNDS = 150
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

test('the heap stays small at the start, is bounded at work, and shrinks at rest', async (t) => {
  startWithSmallHeap()
  const kept: unknown[] = []
  // By itself it would grow to 67 MB.
  const small = await work(kept)
  assert.ok(small <= 2 * YOUNG_BYTES, `${small}`)

  boundHeap()
  const most = await work(kept)
  // It may double once more before it is seen to be large enough.
  assert.ok(most <= 2 * YOUNG_BYTES + YOUNG_BYTES / 4, `${most}`)

  kept.length = 0
  const full = getHeapStatistics().total_heap_size
  const look = setInterval(() => undefined, 50)
  t.after(() => clearInterval(look))
  while (getHeapStatistics().total_heap_size > full / 2) {
    await new Promise((later) => setTimeout(later, 50))
  }
})
