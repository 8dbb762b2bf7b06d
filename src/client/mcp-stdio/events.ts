export interface ServerEvent {
  readonly id?: string
  /** Milliseconds after which to come back, where the server says so. */
  readonly retryMs?: number
  /** Empty for an event that has only an id. */
  readonly data: string
}

/** Characters of one event. */
const EVENT_LIMIT = 32 * 1024 * 1024

/**
 * Server-sent events of a body (WHATWG HTML section 9.2.6), as far as MCP uses them.
 * @throws RangeError for an event that is longer than the limit.
 */
export async function* eventsOf(chunks: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let held = ''
  for await (const chunk of chunks) {
    held = `${held}${chunk}`.replaceAll('\r\n', '\n')
    for (let end = held.indexOf('\n\n'); end !== -1; end = held.indexOf('\n\n')) {
      const event = eventOf(held.slice(0, end))
      held = held.slice(end + 2)
      if (event !== undefined) yield event
    }
    if (held.length > EVENT_LIMIT) throw new RangeError('an event is too long')
  }
}

/** Nothing for a comment, which is only a sign of life. */
function eventOf(block: string): ServerEvent | undefined {
  const fields = block.split('\n').map((line) => {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    return { field, value }
  })
  const lastOf = (name: string) => fields.findLast(({ field }) => field === name)?.value
  const data = fields.filter(({ field }) => field === 'data').map(({ value }) => value)
  const id = lastOf('id')
  const retry = lastOf('retry')
  if (data.length === 0 && id === undefined && retry === undefined) return undefined
  return {
    data: data.join('\n'),
    ...(id !== undefined && { id }),
    ...(retry !== undefined && /^\d{1,9}$/.test(retry) && { retryMs: Number(retry) }),
  }
}
