import { type Grown, HeldBytes } from './held-bytes.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

export interface LineReaderOptions {
  readonly limitBytes: number
  readonly grown?: Grown | undefined
  onLine(line: Buffer): void
}

/**
 * Cuts a stream of bytes into lines that end with a line feed.
 * @throws RangeError when a line is longer than the limit.
 */
export function lineReader(options: LineReaderOptions): (chunk: Buffer) => void {
  const { limitBytes, grown, onLine } = options
  const held = new HeldBytes(limitBytes, grown)
  return (chunk) => {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      held.add(chunk.subarray(from, end))
      from = end + 1
      onLine(held.take())
    }
    if (from < chunk.length) held.add(chunk.subarray(from))
  }
}

/** As `lineReader`, but a carriage return, alone or before a line feed, ends a line as well. */
export function anyLineReader(options: LineReaderOptions): (chunk: Buffer) => void {
  const { limitBytes, grown, onLine } = options
  const held = new HeldBytes(limitBytes, grown)
  let returned = false
  return (chunk) => {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === LINE_FEED && returned) {
        from = at + 1
      } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        held.add(chunk.subarray(from, at))
        from = at + 1
        onLine(held.take())
      }
      returned = byte === CARRIAGE_RETURN
    }
    if (from < chunk.length) held.add(chunk.subarray(from))
  }
}
