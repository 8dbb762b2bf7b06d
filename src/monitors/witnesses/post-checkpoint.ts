import { type Dispatcher, request } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'

/** Longest answer that is read: 16 cosignatures of ML-DSA-44. */
export const MAX_ANSWER_BYTES = 64 * 1024

/** How long a witness may take to answer, in milliseconds. */
export const DEFAULT_ANSWER_WAIT_MS = 5_000

export interface WitnessAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface PostOptions {
  readonly dispatcher: Dispatcher
  readonly answerWaitMs: number
}

/**
 * `POST <url>/add-checkpoint`. No redirect is followed: an address is part of the policy.
 * @throws PortcullisError `WITNESS_UNREACHABLE` when no answer comes in time, `WITNESS_PROTOCOL`
 * when it is longer than any cosignatures are.
 */
export async function postCheckpoint(
  url: string,
  body: string,
  { dispatcher, answerWaitMs }: PostOptions,
): Promise<WitnessAnswer> {
  try {
    const signal = AbortSignal.timeout(answerWaitMs)
    const answer = await request(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      ...{ method: 'POST', body, dispatcher, signal },
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    })
    const type = String(answer.headers['content-type'] ?? '')
    return { status: answer.statusCode, type, body: await readText(answer.body) }
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    const why = cause instanceof Error ? cause.message : 'the connection failed'
    throw new PortcullisError('WITNESS_UNREACHABLE', `\`${url}\`: ${why}`, { cause })
  }
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop ends the connection: the rest is not read.
    if (length > MAX_ANSWER_BYTES) {
      throw new PortcullisError('WITNESS_PROTOCOL', 'the answer is too long')
    }
  }
  return Buffer.concat(chunks).toString('utf8')
}
