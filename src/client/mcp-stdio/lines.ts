/** Characters of one message of the client. */
export const LINE_LIMIT = 16 * 1024 * 1024

/**
 * The lines of a stream of text, without the empty ones (MCP, stdio: one message a line).
 * @throws RangeError for a line that is longer than the limit.
 */
export async function* linesOf(
  chunks: AsyncIterable<string>,
  limit = LINE_LIMIT,
): AsyncGenerator<string> {
  let held = ''
  for await (const chunk of chunks) {
    const [first = '', ...rest] = chunk.split('\n')
    held += first
    for (const next of rest) {
      if (held.trim() !== '') yield held
      held = next
    }
    if (held.length > limit) throw new RangeError(`a line is longer than ${limit} characters`)
  }
  if (held.trim() !== '') yield held
}
