import { HeldBytes } from './held-bytes.ts'
import { anyLineReader } from './line-reader.ts'

const FIELD = Buffer.from('data:')
const LINE_END = Buffer.from('\n')
const SPACE = 0x20

export interface EventReaderOptions {
  readonly limitBytes: number
  onData(data: Buffer): void
}

/**
 * The data of server-sent events (WHATWG HTML section 9.2.6), one call for each event that has any:
 * streams of MCP open with an event that has only an id (2025-11-25, transports).
 * @throws RangeError when an event is longer than the limit.
 */
export function eventReader({ limitBytes, onData }: EventReaderOptions): (chunk: Buffer) => void {
  const data = new HeldBytes(limitBytes)
  let lines = 0
  const onLine = (line: Buffer): void => {
    if (line.length === 0) {
      const whole = data.take()
      lines = 0
      if (whole.length > 0) onData(whole)
    } else if (line.subarray(0, FIELD.length).equals(FIELD)) {
      if (lines++ > 0) data.add(LINE_END)
      data.add(line.subarray(line[FIELD.length] === SPACE ? FIELD.length + 1 : FIELD.length))
    }
  }
  return anyLineReader({ limitBytes, onLine })
}
