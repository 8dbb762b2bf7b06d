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
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    // The condition of a class stands in one place for all the policies that name it.
    compare(a.policy, b.policy) ||
    compare(a.rule, b.rule)
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
