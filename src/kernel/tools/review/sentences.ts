/** A stretch of folded text in which words belong together. */
export interface Sentence {
  readonly start: number
  readonly end: number
}

/** A sentence without an end is cut here, so that nothing is compared over a whole document. */
export const MAX_SENTENCE_CHARS = 400

/** An end of a sentence: a mark and a gap, an empty line, a line that begins a list or a tag. */
const BOUNDARY = /[.!?。！？;](?=\s|$|["')<])|\n[\t ]*(?=\n|[-*•#<\d])|[。！？]/gu

/** `text` cut into sentences, in order and without gaps. */
export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  const cutTo = (end: number) => {
    while (end - start > MAX_SENTENCE_CHARS) {
      sentences.push({ start, end: start + MAX_SENTENCE_CHARS })
      start += MAX_SENTENCE_CHARS
    }
    if (end > start) sentences.push({ start, end })
    start = end
  }
  for (const boundary of text.matchAll(BOUNDARY)) cutTo(boundary.index + boundary[0].length)
  cutTo(text.length)
  return sentences
}
