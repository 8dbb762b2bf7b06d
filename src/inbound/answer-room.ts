import type { ServerResponse } from 'node:http'
import { ownerOf } from '../kernel/identity/owner.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { AnswerRoom, Answers } from '../pipeline/ports.ts'

/** Whose answer it is, and how it leaves. */
export interface Leaving {
  readonly identity: Identity
  /** The response that it leaves by, as it is known when the answer is there. */
  response(): ServerResponse
}

/**
 * Does work whose answers take room. It is given back when the work is over and the response has
 * left or broken off, whatever came of either.
 */
export async function inRoom<T>(
  answers: Answers,
  { identity, response }: Leaving,
  work: (room: AnswerRoom) => Promise<T>,
): Promise<T> {
  const room = answers.enter(ownerOf(identity))
  try {
    return await work(room)
  } finally {
    if (room.bytes > 0) whenOver(response(), () => room.leave())
  }
}

function whenOver(response: ServerResponse, then: () => void): void {
  if (response.closed || response.destroyed) then()
  else response.once('close', then)
}
