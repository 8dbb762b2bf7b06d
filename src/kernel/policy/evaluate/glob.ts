/**
 * Does the text match a pattern in which `*` stands for any stretch? A backslash makes a star or a
 * backslash plain. Each piece is searched once, from the left, so the cost has no blow-up.
 */
export function glob(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = piecesOf(pattern)
  const tail = rest.pop()
  if (tail === undefined) return (text) => text === head
  return (text) => {
    if (!text.startsWith(head) || !text.endsWith(tail)) return false
    let from = head.length
    for (const piece of rest) {
      const found = text.indexOf(piece, from)
      if (found === -1) return false
      from = found + piece.length
    }
    return from <= text.length - tail.length
  }
}

/** What stands between the stars. */
function piecesOf(pattern: string): readonly string[] {
  const pieces = ['']
  for (const [part] of pattern.matchAll(/\\[*\\]|./gsu))
    if (part === '*') pieces.push('')
    else
      pieces[pieces.length - 1] += part.length === 2 && part.startsWith('\\') ? part.slice(1) : part
  return pieces
}
