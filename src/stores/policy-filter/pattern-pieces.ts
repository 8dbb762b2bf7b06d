/** What stands between the stars of a pattern; a backslash makes a star or a backslash plain. */
export function patternPieces(pattern: string): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  for (const [part] of pattern.matchAll(/\\[*\\]|./gsu))
    if (part === '*') {
      pieces.push(piece)
      piece = ''
    } else piece += part.length === 2 && part.startsWith('\\') ? part.slice(1) : part
  return [...pieces, piece]
}
