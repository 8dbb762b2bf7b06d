import type { Span } from '../language/source.ts'

/** Something that Cedar cannot say, or not so that it never allows more. Caught for each rule. */
export class Inexpressible extends Error {
  readonly at: Span

  constructor(at: Span, why: string) {
    super(why)
    this.at = at
  }
}
