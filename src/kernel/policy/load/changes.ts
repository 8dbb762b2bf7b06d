import type { PolicyText } from '../policy-text.ts'

/** A file that is not as it was: one side is absent when it is new or gone. */
export interface Change<T extends PolicyText> {
  readonly before: T | undefined
  readonly after: PolicyText | undefined
}

/** What differs between two lists of files, both sorted by name. */
export function changesBetween<T extends PolicyText>(
  before: readonly T[],
  after: readonly PolicyText[],
): readonly Change<T>[] {
  const changes: Change<T>[] = []
  let at = 0
  for (const file of after) {
    while (isBefore(before[at], file)) changes.push({ before: before[at++], after: undefined })
    const old = before[at]
    if (old?.file !== file.file) changes.push({ before: undefined, after: file })
    else {
      if (old.text !== file.text) changes.push({ before: old, after: file })
      at++
    }
  }
  for (const old of before.slice(at)) changes.push({ before: old, after: undefined })
  return changes
}

function isBefore(old: PolicyText | undefined, file: PolicyText): boolean {
  return old !== undefined && old.file < file.file
}

export function sortedByFile<T extends PolicyText>(files: readonly T[]): readonly T[] {
  return files.every((it, index) => index === 0 || (files[index - 1]?.file ?? '') <= it.file)
    ? files
    : files.toSorted((a, b) => (a.file < b.file ? -1 : 1))
}
