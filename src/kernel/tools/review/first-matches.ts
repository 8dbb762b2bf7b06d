/** The first `most` matches of a global pattern: a text with a million of them tells no more. */
export function firstMatches(text: string, pattern: RegExp, most: number): RegExpExecArray[] {
  const matches: RegExpExecArray[] = []
  for (const match of text.matchAll(pattern)) {
    if (matches.length >= most) break
    matches.push(match)
  }
  return matches
}
