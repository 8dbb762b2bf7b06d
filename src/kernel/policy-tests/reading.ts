import type { Source } from '../policy/language/source.ts'
import type { Fixtures } from './fixtures.ts'
import type { Shape } from './shape.ts'

/** What reading a test has at hand. */
export interface Reading {
  readonly shape: Shape
  readonly source: Source
  readonly fixtures: Fixtures
  /** Milliseconds since the epoch. */
  readonly now: number
}
