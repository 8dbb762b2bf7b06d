import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonValue } from '../../../kernel/json/value.ts'

/** Characters of a cursor: a server's own one is carried in it. */
const CURSOR_LIMIT = 16 * 1024
/** Characters of a server's cursor that fit into it, whatever they are. */
export const OWN_CURSOR_LIMIT = 2_000

/** Where a page goes on: at a page of a server, and then with the servers behind it. */
export interface Place {
  readonly server: string
  /** The server's own cursor; absent at its first page. */
  readonly cursor?: string
}

export function cursorOf({ server, cursor }: Place): string {
  const text = JSON.stringify(cursor === undefined ? { server } : { server, cursor })
  return Buffer.from(text).toString('base64url')
}

/** @throws PortcullisError `REQUEST_INVALID` for a cursor of somebody else. */
export function readCursor(cursor: JsonValue | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const read = typeof cursor === 'string' && cursor.length <= CURSOR_LIMIT ? placeIn(cursor) : null
  if (read) return read
  throw new PortcullisError('REQUEST_INVALID', '`cursor` is not one that this endpoint gave')
}

function placeIn(cursor: string): Place | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!isJsonObject(place) || typeof place.server !== 'string') return undefined
    const { server, cursor: own } = place
    return typeof own === 'string' ? { server, cursor: own } : { server }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
