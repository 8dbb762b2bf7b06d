interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly policy: string
  readonly rule: string
}

/** Orders things as they stand in the files, however they were found. */
export function comparePlaces(a: Place, b: Place): number {
  return (
    compareTexts(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    // The condition of a class stands in one place for all the policies that name it.
    compareTexts(a.policy, b.policy) ||
    compareTexts(a.rule, b.rule)
  )
}

/** By UTF-16 units: the same on every machine. */
export function compareTexts(a: string, b: string): number {
  return Number(a > b) - Number(a < b)
}
