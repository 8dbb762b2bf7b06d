import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

/** One event of a stream of server-sent events. */
export interface ReadEvent {
  readonly id: string | undefined
  readonly retry: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests look deep into messages
  readonly message: any
}

export interface EventReader {
  readonly response: Response
  /** The next event that holds a message, or `undefined` when the stream has ended. */
  next(): Promise<ReadEvent | undefined>
  /** The next event of any kind, comments aside. */
  any(): Promise<ReadEvent | undefined>
  /** Breaks the connection. */
  leave(): Promise<void>
}

/** Reads the stream that a response is, event by event. */
export function readEvents(t: TestContext, response: Response): EventReader {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.ok(reader)
  const leave = () => reader.cancel().catch(() => undefined)
  t.after(leave)
  let text = ''
  const any = async (): Promise<ReadEvent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end !== -1) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const field = (name: string) =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim()
        const data = field('data')
        if (data === undefined) continue
        const message = data === '' ? undefined : JSON.parse(data)
        return { id: field('id'), retry: field('retry'), message }
      }
      const { value, done } = await reader.read().catch(() => ({ value: '', done: true }))
      if (done) return undefined
      text += value
    }
  }
  return {
    response,
    any,
    leave,
    async next() {
      for (;;) {
        const event = await any()
        if (event === undefined || event.message !== undefined) return event
      }
    },
  }
}
