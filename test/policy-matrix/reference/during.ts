const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Does a moment lie in a window? What the clock on the wall shows there is read as text. */
export function during(time: number, window: string): boolean {
  const words = window.split(' ').filter((word) => word !== '')
  const dates = words.find((word) => word.includes('..'))
  const hours = words.find((word) => /^\d\d:/u.test(word))
  const days = words.find((word) => WEEK.includes(word.slice(0, 3)) && /^[A-Za-z,-]+$/u.test(word))
  const zone = words.find((word) => ![dates, hours, days].includes(word)) ?? 'UTC'
  const [date = '', clock = ''] = new Date(time)
    .toLocaleString('sv-SE', { timeZone: zone })
    .split(' ')
  const [from = '', until = ''] = hours?.split('-') ?? ['00:00', '24:00']
  const now = clock.slice(0, 5)
  const overnight = until <= from
  const within = overnight ? now >= from || now < until : now >= from && now < until
  if (!within) return false
  const weekday = new Date(time).toLocaleString('en-GB', { timeZone: zone, weekday: 'short' })
  const began = overnight && now < until ? dayBefore(weekday) : weekday
  if (days !== undefined && !daysOf(days).includes(began)) return false
  const [first = '', last = ''] = dates?.split('..') ?? [date, date]
  return first <= date && date <= last
}

function dayBefore(day: string): string {
  return WEEK.at(WEEK.indexOf(day) - 1) ?? ''
}

function daysOf(text: string): readonly string[] {
  return text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-')
    const begun = [...WEEK, ...WEEK].slice(WEEK.indexOf(first))
    return begun.slice(0, begun.indexOf(last) + 1)
  })
}
