import { unreachable } from '../../errors.ts'
import type { Pattern } from '../language/pattern.ts'

/** Values by pattern, found by name: one look-up for the name and one per length of prefix. */
export class PatternMap<T> {
  private readonly exact = new Map<string, T>()
  private readonly prefixes = new Map<string, T>()
  /** Lengths that prefixes have, each once. */
  private readonly lengths: number[] = []
  private every: T | undefined

  /** The value under this very pattern, made when there is none yet. */
  at(pattern: Pattern, make: () => T): T {
    switch (pattern.kind) {
      case 'exact':
        return entry(this.exact, pattern.text, make)
      case 'prefix':
        if (!this.lengths.includes(pattern.text.length)) this.lengths.push(pattern.text.length)
        return entry(this.prefixes, pattern.text, make)
      case 'every':
        this.every ??= make()
        return this.every
      default:
        return unreachable(pattern)
    }
  }

  /** The values of all patterns that the name matches. */
  matching(name: string): readonly T[] {
    const found: T[] = []
    const exact = this.exact.get(name)
    if (exact !== undefined) found.push(exact)
    for (const length of this.lengths) {
      const value = length <= name.length ? this.prefixes.get(name.slice(0, length)) : undefined
      if (value !== undefined) found.push(value)
    }
    if (this.every !== undefined) found.push(this.every)
    return found
  }
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = make()
  map.set(key, made)
  return made
}
