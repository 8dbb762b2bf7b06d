import { parseTimeWindow, type TimeWindow, timeWindowTest } from '../language/time-window.ts'
import { SOME_TIME } from './probe-requests.ts'

const MINUTE_MS = 60_000
const STEP_MS = 15 * MINUTE_MS
const DAY_MS = 24 * 60 * MINUTE_MS
/** A week, and the day that a window over midnight may need. */
const SPAN_MS = 8 * DAY_MS
/** Edges that are told; those of one day are mostly those of the others. */
const MAX_EDGES = 4

/** Times on either side of the edges of a window, in milliseconds since the epoch. */
export function edgesOfWindow(text: string): readonly number[] {
  const window = parseTimeWindow(text)
  if (typeof window === 'string') return []
  const within = timeWindowTest(window)
  const times: number[] = []
  for (const start of startsOf(window)) {
    for (let time = start; time < start + SPAN_MS && times.length < 2 * MAX_EDGES; time += STEP_MS)
      if (within(time) !== within(time - STEP_MS)) times.push(...edge(time, within))
  }
  return times
}

/** Where to look: around a usual week, and around the first and last day of dates. */
function startsOf({ dates }: TimeWindow): readonly number[] {
  if (dates === undefined) return [SOME_TIME]
  const [from, until] = [Date.parse(dates.from), Date.parse(dates.until)]
  return [from - DAY_MS, until - DAY_MS].filter((time) => Number.isFinite(time))
}

/** To the minute: the last time on one side and the first on the other. */
function edge(after: number, within: (time: number) => boolean | undefined): readonly number[] {
  let time = after
  while (within(time - MINUTE_MS) === within(after)) time -= MINUTE_MS
  return [time - MINUTE_MS, time]
}
