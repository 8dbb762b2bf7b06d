/** Values that no header can carry as they are come as `=?base64?…?=`, in lower case alone. */
const ENCODED = /^=\?base64\?(.*)\?=$/
/** RFC 4648 section 4, whole groups only. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** RFC 9110 section 5.5 without what is obsolete: printable ASCII, space and tab. */
const PLAIN = /^[\t\x20-\x7e]*$/
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * What a header stands for (MCP 2026-07-28, streamable HTTP, value encoding). Nothing where there
 * is more than one way to read it: bits beyond the last byte, bytes that are no text, other signs.
 */
export function decodeHeader(value: string): string | undefined {
  if (!PLAIN.test(value)) return undefined
  const encoded = ENCODED.exec(value)?.[1]
  if (encoded === undefined) return value
  if (!BASE64.test(encoded)) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  try {
    return UTF8.decode(bytes)
  } catch {
    // Bytes that are no text equal no name.
    return undefined
  }
}
