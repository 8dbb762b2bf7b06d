/** A stretch of the week, of the day and of the calendar, in one time zone. */
export interface TimeWindow {
  readonly zone: string
  /** Days of the week, 0 for Sunday; absent for all. */
  readonly days?: ReadonlySet<number>
  /** Minutes of the day, the end not included; over midnight when it ends before it begins. */
  readonly minutes?: { readonly from: number; readonly until: number }
  /** Calendar days as `YYYY-MM-DD`, both included. */
  readonly dates?: { readonly from: string; readonly until: string }
}

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const TIMES = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/
const DATES = /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/
const DAY_LIST = /^(?:(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)(?:-(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat))?,?)+$/

/**
 * Reads `Mon-Fri 09:00-17:30 Europe/Vienna`, `2026-12-24..2026-12-26`, `Sat,Sun`: days, times and
 * dates in any order, each once, and a zone of the IANA database (UTC without one). Returns what is
 * wrong as a text.
 */
export function parseTimeWindow(text: string): TimeWindow | string {
  const window: { -readonly [K in keyof TimeWindow]: TimeWindow[K] } = { zone: '' }
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const problem = readWord(word, window)
    if (problem !== undefined) return problem
  }
  if (window.days === undefined && window.minutes === undefined && window.dates === undefined)
    return 'a window has days, times or dates'
  if (window.zone === '') window.zone = 'UTC'
  return window
}

type Draft = { -readonly [K in keyof TimeWindow]: TimeWindow[K] }

function readWord(word: string, window: Draft): string | undefined {
  const times = TIMES.exec(word)
  if (times !== null) return once(window, 'minutes', minutesOf(times))
  const dates = DATES.exec(word)
  if (dates !== null) return once(window, 'dates', datesOf(dates))
  if (DAY_LIST.test(word)) return once(window, 'days', daysOf(word))
  if (window.zone !== '' || !isZone(word)) return `\`${word}\` is no day, time, date or time zone`
  window.zone = word
  return undefined
}

function once<K extends 'days' | 'minutes' | 'dates'>(
  window: Draft,
  part: K,
  value: TimeWindow[K] | string,
): string | undefined {
  if (typeof value === 'string') return value
  if (window[part] !== undefined) return `a window has one part of ${part}`
  window[part] = value as Draft[K]
  return undefined
}

function minutesOf([, fromHour, from, untilHour, until]: RegExpExecArray) {
  const start = Number(fromHour) * 60 + Number(from)
  const end = Number(untilHour) * 60 + Number(until)
  if (end > 1440) return 'a day ends at 24:00'
  return start === end ? 'the times are the same' : { from: start, until: end }
}

function datesOf([, from = '', until = '']: RegExpExecArray) {
  if (!isDate(from) || !isDate(until)) return 'there is no such date'
  return from > until ? 'the dates stand in the wrong order' : { from, until }
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text)
}

function daysOf(word: string): ReadonlySet<number> {
  const days = new Set<number>()
  for (const part of word.split(',').filter((it) => it !== '')) {
    const [first = '', last = first] = part.split('-')
    const end = DAYS.indexOf(last)
    for (let day = DAYS.indexOf(first); ; day = (day + 1) % 7) {
      days.add(day)
      if (day === end) break
    }
  }
  return days
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Does the time (ms since the epoch) lie in the window? Undefined for a time out of range. */
export function timeWindowTest(window: TimeWindow): (time: number) => boolean | undefined {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: window.zone, hourCycle: 'h23', weekday: 'short', hour: '2-digit' },
    ...{ minute: '2-digit', year: 'numeric', month: '2-digit', day: '2-digit' },
  })
  return (time) => {
    if (Math.abs(time) > 8.64e15) return undefined
    return holds(window, new Map(format.formatToParts(time).map((part) => [part.type, part.value])))
  }
}

/** Days of a window over midnight are those on which it began; dates are those of the moment. */
function holds({ days, minutes, dates }: TimeWindow, parts: ReadonlyMap<string, string>): boolean {
  const at = Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
  let weekday = DAYS.indexOf(parts.get('weekday') ?? '')
  if (minutes !== undefined) {
    const { from, until } = minutes
    const overnight = until <= from
    if (overnight ? at < from && at >= until : at < from || at >= until) return false
    if (overnight && at < until) weekday = (weekday + 6) % 7
  }
  if (days !== undefined && !days.has(weekday)) return false
  if (dates === undefined) return true
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
  return date >= dates.from && date <= dates.until
}
