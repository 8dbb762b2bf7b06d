/** One key hands over to another: what the `key` receipt of a rotation says, signed by both. */
import { PortcullisError } from '../errors.ts'
import { parseCount } from '../tlog/checkpoint.ts'
import { openNote, parseVerifierKey } from '../tlog/note.ts'

export interface KeyChange {
  /** The node whose logs the keys sign. */
  readonly origin: string
  readonly from: string
  readonly to: string
  /** Size of the node's log from which on the new key signs. */
  readonly size: number
}

// No origin of a log holds a space: the text never passes for that of a checkpoint.
const HEADER = 'portcullis key change'

/** The text that both keys sign, as a signed note. */
export function keyChangeText({ origin, from, to, size }: KeyChange): string {
  return `${HEADER}\n${origin}\n${from}\n${to}\n${size}\n`
}

/**
 * The change in a note that the old and the new key signed. It shows that the holder of the old key
 * agreed; whoever stole that key could too, which is why roots have to sign as well.
 * @throws PortcullisError `KEY_CHANGE_INVALID`.
 */
export function openKeyChange(note: string): KeyChange {
  const [header, origin = '', from = '', to = '', sizeLine = ''] = note.split('\n')
  const size = parseCount(sizeLine)
  if (header !== HEADER || size === undefined) throw invalid('it is malformed')
  const change = { origin, from, to, size }
  try {
    const keys = [parseVerifierKey(from), parseVerifierKey(to)]
    const texts = keys.map((key) => openNote(note, key))
    const named = keys.every(({ name }) => name === origin)
    if (named && from !== to && texts.every((text) => text === keyChangeText(change))) return change
  } catch (cause) {
    if (!(cause instanceof PortcullisError)) throw cause
    throw invalid(cause.message, { cause })
  }
  throw invalid('its parts do not belong together')
}

function invalid(why: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('KEY_CHANGE_INVALID', `no change of keys: ${why}`, options)
}
