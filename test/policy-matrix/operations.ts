import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector'

/** What of our code is counted. */
const COUNTED = '/src/kernel/'

// For the whole process, from before the first call: what was compiled earlier is not counted.
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/**
 * How often the blocks of the kernel's code were entered while `run` ran: a cost that is the same
 * on every machine and at every load, so that a test may compare it. What the platform's own
 * functions do inside is not seen.
 */
export function operationsOf(run: () => unknown): number {
  take()
  run()
  return take().reduce(addBlocks, 0)
}

/** The counts since the last time; taking them sets them back. */
function take(): readonly Profiler.ScriptCoverage[] {
  let scripts: readonly Profiler.ScriptCoverage[] = []
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error
    scripts = result
  })
  return scripts.filter(({ url }) => url.includes(COUNTED))
}

function addBlocks(sum: number, { functions }: Profiler.ScriptCoverage): number {
  const blocks = functions.flatMap(({ ranges }) => ranges)
  return blocks.reduce((total, { count }) => total + count, sum)
}
