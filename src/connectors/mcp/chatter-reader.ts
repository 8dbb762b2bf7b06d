import { StringDecoder } from 'node:string_decoder'
import { QUOTE_LIMIT } from './options.ts'
import { quote } from './server-message.ts'

/** Lines that a server writes for people, cut to what a log line keeps. Empty ones are none. */
export function chatterReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let held = ''
  return (chunk) => {
    const [first = '', ...rest] = decoder.write(chunk).split(/\r?\n/)
    held = cut(held + first)
    for (const line of rest) {
      if (held.trim() !== '') onLine(quote(held.trimEnd()))
      held = cut(line)
    }
  }
}

/** One character more than is kept, so that the end shows as cut. */
function cut(text: string): string {
  return text.slice(0, QUOTE_LIMIT + 1)
}
