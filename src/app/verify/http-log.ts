import { setTimeout } from 'node:timers/promises'
import { Agent, type Dispatcher, request } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Connect } from '../tls/peer-connector.ts'
import type { LogSource } from './log-source.ts'

/** How long one file of a log may take, in milliseconds. */
const FILE_WAIT_MS = 30_000

/** How often a file is asked for, and how long is waited in between, in milliseconds. */
const ATTEMPTS = 3
const PAUSE_MS = 250

/** A log behind an address: what stands before `/checkpoint`. `close` ends its connections. */
export interface HttpLog extends LogSource {
  close(): Promise<void>
}

export function httpLog(address: string, connect: Connect): HttpLog {
  const dispatcher = new Agent({ connections: 8, connect })
  const base = address.replace(/\/$/, '')
  return {
    name: address,
    read: (path, maxBytes) => readFile(`${base}/${path}`, maxBytes, dispatcher),
    close: () => dispatcher.close(),
  }
}

/** No redirect is followed: the log is the one that was named. */
async function readFile(
  url: string,
  maxBytes: number,
  dispatcher: Dispatcher,
): Promise<Uint8Array | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signal = AbortSignal.timeout(FILE_WAIT_MS)
      const { statusCode, body } = await request(url, { dispatcher, signal })
      if (statusCode === 200) return await readBody(body, maxBytes)
      await body.dump()
      if (statusCode === 404 || statusCode === 410) return undefined
      throw new Error(`it answers ${statusCode}`)
    } catch (cause) {
      // Who answers there is not the log: asking again changes nothing.
      if (cause instanceof PortcullisError) throw cause
      const why = cause instanceof Error ? cause.message : 'the connection failed'
      if (attempt === ATTEMPTS) {
        throw new PortcullisError('LOG_UNREACHABLE', `\`${url}\`: ${why}`, { cause })
      }
      await setTimeout(PAUSE_MS * attempt)
    }
  }
}

/** The body, or nothing if it is longer than the file may be: that is not the file. */
async function readBody(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop ends the connection: the rest is not read.
    if (length > maxBytes) return undefined
  }
  return Buffer.concat(chunks)
}
