import type { ResourceLimits } from 'node:worker_threads'

/**
 * For threads that hold little and make much that is short-lived: by itself V8 gives each of them
 * a young generation of up to 128 MB. What is alive has no bound here, since to reach one would end
 * the thread.
 */
export const SMALL_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 6 }
