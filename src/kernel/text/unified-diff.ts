/** Pairs of lines compared for one diff; beyond, what differs is shown as replaced whole. */
const MAX_PAIRS = 4_000_000
/** Lines shown around what differs. */
const CONTEXT = 3

type Edit = readonly [mark: ' ' | '-' | '+', line: string]

/** What `diff -u` prints for two texts of one file; empty when they are equal. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return ''
  const edits = editsOf(linesOf(before), linesOf(after))
  const hunks = hunksOf(edits).map((hunk) => renderHunk(edits, hunk))
  return [`--- ${file}`, `+++ ${file}`, ...hunks, ''].join('\n')
}

const NO_NEWLINE = '\n\\ No newline at end of file'

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  const last = lines.pop()
  return last ? [...lines, last + NO_NEWLINE] : lines
}

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0
  const shorter = Math.min(before.length, after.length)
  while (start < shorter && before[start] === after[start]) start++
  let same = 0
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++
  const middle = [before, after].map((lines) => lines.slice(start, lines.length - same))
  const keep = (lines: readonly string[]) => lines.map((line): Edit => [' ', line])
  const [old = [], fresh = []] = middle
  return [
    ...keep(before.slice(0, start)),
    ...changes(old, fresh),
    ...keep(before.slice(before.length - same)),
  ]
}

/** By the longest common subsequence of lines. */
function changes(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const replaced = () => [
    ...before.map((line): Edit => ['-', line]),
    ...after.map((line): Edit => ['+', line]),
  ]
  if (before.length * after.length > MAX_PAIRS) return replaced()
  const width = after.length + 1
  const common = new Uint32Array((before.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
  const edits: Edit[] = []
  for (let row = 0, column = 0; row < before.length || column < after.length; ) {
    const [old, fresh] = [before[row], after[column]]
    if (old !== undefined && old === fresh) edits.push([' ', old])
    else if (
      old !== undefined &&
      (fresh === undefined || at(row + 1, column) >= at(row, column + 1))
    )
      edits.push(['-', old])
    else edits.push(['+', fresh ?? ''])
    const mark = edits.at(-1)?.[0]
    if (mark !== '+') row++
    if (mark !== '-') column++
  }
  return edits
}

/** Stretches of edits, each with its context; those that would touch are one. */
function hunksOf(edits: readonly Edit[]): readonly (readonly [from: number, to: number])[] {
  const hunks: [number, number][] = []
  for (const [index, [mark]] of edits.entries()) {
    if (mark === ' ') continue
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(edits.length, index + CONTEXT + 1)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

function renderHunk(edits: readonly Edit[], [from, to]: readonly [number, number]): string {
  const place = (sign: '-' | '+') => {
    const counts = ([mark]: Edit) => mark === ' ' || mark === sign
    const length = edits.slice(from, to).filter(counts).length
    const start = edits.slice(0, from).filter(counts).length
    return `${sign}${length === 0 ? start : start + 1},${length}`
  }
  const lines = edits.slice(from, to).map(([mark, line]) => `${mark}${line}`)
  return [`@@ ${place('-')} ${place('+')} @@`, ...lines].join('\n')
}
