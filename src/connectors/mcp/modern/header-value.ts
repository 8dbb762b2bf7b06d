import { PortcullisError } from '../../../kernel/errors.ts'
import { HEADER_VALUE_LIMIT_CHARS } from './limits.ts'

/** Visible ASCII, with spaces and tabs within. */
const PLAIN = /^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/
const ENCODED = /^=\?base64\?.*\?=$/

/**
 * A text as the value of a header (MCP 2026-07-28, streamable HTTP, value encoding). Whoever chose
 * the text can end neither the value nor the header.
 * @throws PortcullisError `UPSTREAM_REFUSED` when it is too long to be sent.
 */
export function headerValue(text: string): string {
  const isPlain = text !== '' && PLAIN.test(text) && !ENCODED.test(text)
  const value = isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
  if (value.length <= HEADER_VALUE_LIMIT_CHARS) return value
  throw new PortcullisError('UPSTREAM_REFUSED', 'a name or an argument is too long for a header')
}
