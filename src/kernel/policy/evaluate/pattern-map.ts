import { unreachable } from '../../errors.ts'
import type { Pattern } from '../language/pattern.ts'

/** Values by pattern, found by name: one look-up for the name and one per length of prefix. */
export class PatternMap<T> {
  private readonly exact: Map<string, T>
  private readonly prefixes: Map<string, T>
  /** Lengths that prefixes have, each once, the longest first. */
  private lengths: readonly number[]
  private every: T | undefined

  /** A map of its own that begins as `other` is. */
  constructor(other?: PatternMap<T>) {
    this.exact = new Map(other?.exact)
    this.prefixes = new Map(other?.prefixes)
    this.every = other?.every
    this.lengths = lengthsOf(this.prefixes)
  }

  /** The value under this very pattern. */
  get(pattern: Pattern): T | undefined {
    switch (pattern.kind) {
      case 'exact':
        return this.exact.get(pattern.text)
      case 'prefix':
        return this.prefixes.get(pattern.text)
      case 'every':
        return this.every
      default:
        return unreachable(pattern)
    }
  }

  /** The value under this very pattern, made when there is none yet. */
  at(pattern: Pattern, make: () => T): T {
    const present = this.get(pattern)
    if (present !== undefined) return present
    const made = make()
    this.set(pattern, made)
    return made
  }

  /** Puts a value under this very pattern, or with nothing takes it away. */
  set(pattern: Pattern, value: T | undefined): void {
    switch (pattern.kind) {
      case 'exact':
        put(this.exact, pattern.text, value)
        return
      case 'prefix':
        put(this.prefixes, pattern.text, value)
        if (value === undefined || !this.lengths.includes(pattern.text.length))
          this.lengths = lengthsOf(this.prefixes)
        return
      case 'every':
        this.every = value
        return
      default:
        unreachable(pattern)
    }
  }

  /** The same patterns with other values. */
  map<R>(change: (value: T) => R): PatternMap<R> {
    const changed = new PatternMap<R>()
    for (const [text, value] of this.exact) changed.set({ kind: 'exact', text }, change(value))
    for (const [text, value] of this.prefixes) changed.set({ kind: 'prefix', text }, change(value))
    if (this.every !== undefined) changed.every = change(this.every)
    return changed
  }

  /** The values of all patterns that the name matches, and that begin with `family`. */
  matching(name: string, family = ''): readonly T[] {
    const found: T[] = []
    const exact = this.exact.get(name)
    if (exact !== undefined) found.push(exact)
    for (const length of this.lengths) {
      const fits = length <= name.length && length >= family.length
      const value = fits ? this.prefixes.get(name.slice(0, length)) : undefined
      if (value !== undefined) found.push(value)
    }
    if (this.every !== undefined && family === '') found.push(this.every)
    return found
  }
}

function lengthsOf(prefixes: ReadonlyMap<string, unknown>): readonly number[] {
  return [...new Set([...prefixes.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a)
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
