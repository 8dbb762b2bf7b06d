import { type Grown, HeldBytes } from './held-bytes.ts'
import { anyLineReader } from './line-reader.ts'
import { EVENT_ID_LIMIT_BYTES } from './options.ts'

const COLON = 0x3a
const SPACE = 0x20
const LINE_END = Buffer.from('\n')
const NOTHING = Buffer.alloc(0)

/** One event of a stream. Streams of MCP open with one that has only an id, and no data. */
export interface ServerEvent {
  /** As `event:` named it, or `message`. */
  readonly type: string
  readonly data: Buffer
  /** The last id that the stream gave, which stands until it gives another. */
  readonly id?: string | undefined
  /** How long to wait before the stream is asked for again, in milliseconds. */
  readonly retryMs?: number | undefined
}

export interface EventReaderOptions {
  readonly limitBytes: number
  readonly grown?: Grown | undefined
  onEvent(event: ServerEvent): void
}

/**
 * Server-sent events (WHATWG HTML section 9.2.6), one call for each block, also without data.
 * @throws RangeError when an event is longer than the limit.
 */
export function eventReader(options: EventReaderOptions): (chunk: Buffer) => void {
  const { limitBytes, grown, onEvent } = options
  const data = new HeldBytes(limitBytes, grown)
  let lines = 0
  let type = 'message'
  let id: string | undefined
  let retryMs: number | undefined
  let any = false
  const fields: Readonly<Record<string, (value: Buffer) => void>> = {
    data(value) {
      if (lines++ > 0) data.add(LINE_END)
      data.add(value)
    },
    event: (value) => {
      type = value.toString('utf8')
    },
    id(value) {
      // A NUL in an id makes it none; one that is too long could not be sent back.
      if (!value.includes(0) && value.length <= EVENT_ID_LIMIT_BYTES) id = value.toString('latin1')
    },
    retry(value) {
      const text = value.toString('latin1')
      if (/^\d{1,9}$/.test(text)) retryMs = Number(text)
    },
  }
  const onLine = (line: Buffer): void => {
    if (line.length > 0) {
      const { name, value } = fieldOf(line)
      any = true
      if (Object.hasOwn(fields, name)) fields[name]?.(value)
      return
    }
    if (any) onEvent({ type, data: data.take(), id, retryMs })
    lines = 0
    type = 'message'
    any = false
  }
  return anyLineReader({ limitBytes, grown, onLine })
}

function fieldOf(line: Buffer): { readonly name: string; readonly value: Buffer } {
  const colon = line.indexOf(COLON)
  if (colon < 0) return { name: line.toString('latin1', 0, 16), value: NOTHING }
  const from = line[colon + 1] === SPACE ? colon + 2 : colon + 1
  return { name: line.toString('latin1', 0, Math.min(colon, 16)), value: line.subarray(from) }
}
