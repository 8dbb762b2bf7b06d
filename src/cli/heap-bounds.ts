/**
 * How much memory V8 takes to be fast. Left alone it lets the young generation grow to 128 MB,
 * without making calls faster. These flags are read at each collection, so they may change while
 * the process runs; they hold for all its threads, which is why the command line sets them and no
 * library does.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of the young generation, both halves of it, from which on it does not grow. */
export const YOUNG_BYTES = 16 * 1024 * 1024

/** Garbage that the old generation may gather, in percent of what is alive, while starting. */
const STARTING_GARBAGE_PERCENT = 50
/** The same while there is work. Without a bound calls were no faster and the process larger. */
const WORKING_GARBAGE_PERCENT = 100

/**
 * While it starts a process keeps nearly all that it makes: a larger young generation is vain. What
 * it makes and drops, it would have for good: nothing is collected from a heap that never fills.
 */
export function startWithSmallHeap(): void {
  mayGrow(false)
  mayGather(STARTING_GARBAGE_PERCENT)
}

/** Once it is started: as much as makes calls fast, and no more. */
export function boundHeap(): void {
  mayGather(WORKING_GARBAGE_PERCENT)
  boundYoungGeneration()
}

/** It grows by doubling, so what it has at the last look decides about the next step. */
function boundYoungGeneration(): void {
  let growing = true
  mayGrow(growing)
  const look = () => {
    if (youngBytes() < YOUNG_BYTES === growing) return
    growing = !growing
    mayGrow(growing)
  }
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] })
}

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  return young?.space_size ?? 0
}

function mayGrow(may: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${may ? 2 : 1}`)
}

function mayGather(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
