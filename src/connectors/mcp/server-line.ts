const SPACES = new Set(Buffer.from(' \t\r'))
const JSON_STARTS = new Set(Buffer.from('{['))

/**
 * What a line of a server's output is. MCP allows nothing but messages there; yet servers greet,
 * and a greeting is no broken answer.
 */
export function kindOfLine(line: Buffer): 'message' | 'words' | 'blank' {
  const start = line.find((byte) => !SPACES.has(byte))
  if (start === undefined) return 'blank'
  return JSON_STARTS.has(start) ? 'message' : 'words'
}
