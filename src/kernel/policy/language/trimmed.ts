/**
 * A list that is done growing, without the room that growing left: an array that was pushed to has
 * place for 17 items at least, and the trees of many files are kept for long.
 */
export function trimmed<T>(items: readonly T[]): readonly T[] {
  return items.length === 0 ? NONE : items.slice()
}

const NONE: readonly never[] = Object.freeze([])
