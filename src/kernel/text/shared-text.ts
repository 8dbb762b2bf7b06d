/** A text of which parts are left open: a character each, or any stretch of characters. */
export type OpenText = readonly (string | Stretch)[]

/** Any characters, none too, but for those that it leaves out. */
export interface Stretch {
  readonly without: string
}

export const ANYTHING: Stretch = { without: '' }

/** Pairs of places that may still be looked at. */
export interface Comparing {
  left: number
}

/** Pairs of places in two texts: of longer ones nothing is found in common. */
export const COMPARED_LIMIT = 65_536

/** A pattern in which `*` stands for any stretch; a backslash makes a star or a backslash plain. */
export function openText(pattern: string): OpenText {
  return [...pattern.matchAll(/\\[*\\]|./gsu)].flatMap(([part]): OpenText => {
    if (part === '*') return [ANYTHING]
    return part.length === 2 && part.startsWith('\\') ? [part.slice(1)] : [part]
  })
}

/** The pattern that means just this text. */
export function escaped(text: string): string {
  return text.replaceAll(/[*\\]/g, '\\$&')
}

/**
 * The shortest text that both could be; nothing where there is none, or where it takes more than
 * the budget to find out. Walks pairs of places in both, breadth first.
 */
export function sharedText(
  a: OpenText,
  b: OpenText,
  budget: Comparing = { left: COMPARED_LIMIT },
): string | undefined {
  const width = b.length + 1
  const size = (a.length + 1) * width
  if (size > COMPARED_LIMIT || !mayBegin(a, b)) return undefined
  // For each pair of places where it was come from, plus one; 0 is not there yet.
  const from = new Int32Array(size)
  from[0] = 1
  const queue = [0]
  for (let at = 0; at < queue.length && budget.left > 0; at++) {
    budget.left--
    const place = queue[at] ?? 0
    if (place === size - 1) return written(from, { a, b, width })
    for (const next of stepsFrom(place, { a, b, width })) {
      if (from[next] !== 0) continue
      from[next] = place + 1
      queue.push(next)
    }
  }
  return undefined
}

interface Pair {
  readonly a: OpenText
  readonly b: OpenText
  readonly width: number
}

/** Most pairs differ in what they begin with. */
function mayBegin(a: OpenText, b: OpenText): boolean {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x, y] = [a[at], b[at]]
    if (typeof x !== 'string' || typeof y !== 'string') return true
    if (x !== y) return false
  }
  return true
}

function* stepsFrom(place: number, { a, b, width }: Pair): Generator<number> {
  const [x, y] = [a[Math.trunc(place / width)], b[place % width]]
  // A stretch may end here.
  if (typeof x === 'object') yield place + width
  if (typeof y === 'object') yield place + 1
  if (typeof x === 'string' && typeof y === 'string' && x === y) yield place + width + 1
  if (typeof x === 'object' && typeof y === 'string' && !x.without.includes(y)) yield place + 1
  if (typeof x === 'string' && typeof y === 'object' && !y.without.includes(x)) yield place + width
}

/** The characters that were passed on the way to the end. */
function written(from: Int32Array, { a, b, width }: Pair): string {
  const text: string[] = []
  let place = from.length - 1
  while (place !== 0) {
    const before = (from[place] ?? 1) - 1
    const [x, y] = [a[Math.trunc(before / width)], b[before % width]]
    const moved = place - before
    if (moved !== 1 && typeof x === 'string') text.push(x)
    else if (moved === 1 && typeof y === 'string') text.push(y)
    place = before
  }
  return text.reverse().join('')
}
