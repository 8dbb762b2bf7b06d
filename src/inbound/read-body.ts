import type { IncomingMessage } from 'node:http'
import { PortcullisError } from '../kernel/errors.ts'

export interface BodyOptions {
  readonly limitBytes: number
  /** Milliseconds for the whole body to arrive. */
  readonly waitMs: number
  /** Is told of every byte before it is kept; what it throws ends the reading. */
  readonly onBytes?: (count: number) => void
}

/**
 * The body of a request. Never holds more than the limit: what is declared larger is refused before
 * a byte is read. Node throws away what is left of a request that is answered before its end.
 *
 * @throws PortcullisError `REQUEST_TOO_LARGE`, `REQUEST_TIMEOUT`, or `REQUEST_INCOMPLETE` when the
 * client goes before the end.
 */
export function readBody(request: IncomingMessage, options: BodyOptions): Promise<Uint8Array> {
  const { limitBytes, waitMs, onBytes } = options
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      try {
        if (size > limitBytes) throw tooLarge(limitBytes)
        onBytes?.(chunk.length)
        chunks.push(chunk)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = () => {
      settle()
      const [first] = chunks
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size))
    }
    const onGone = () => {
      fail(new PortcullisError('REQUEST_INCOMPLETE', 'the client left within its request'))
    }
    const timer = setTimeout(() => {
      fail(new PortcullisError('REQUEST_TIMEOUT', `no complete body within ${waitMs} ms`))
    }, waitMs)
    const settle = () => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    const fail = (error: unknown) => {
      settle()
      reject(error)
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    if (Number(request.headers['content-length']) > limitBytes) fail(tooLarge(limitBytes))
    else if (request.destroyed) onGone()
  })
}

function tooLarge(limitBytes: number): PortcullisError {
  return new PortcullisError('REQUEST_TOO_LARGE', `the body exceeds ${limitBytes} bytes`)
}
