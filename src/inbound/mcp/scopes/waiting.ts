import type { ServerResponse } from 'node:http'
import type { Caller, GuardRequest } from '../../../pipeline/ports.ts'
import type { Leaving } from '../../answer-room.ts'
import type { Subscriptions } from '../subscriptions.ts'
import type { Visit } from '../visit.ts'

/** How whoever waits is reached until there is an answer. */
export interface Waiting extends Pick<GuardRequest, 'gone' | 'onHeld'> {
  /** What it asks of the client goes through the guard by itself: see `callerOf`. */
  readonly caller: Caller
}

/** A request of a client on its way, whichever revision of MCP it speaks. */
export interface Asking {
  readonly visit: Visit
  /** The one server that it is for; absent where all of them are offered as one. */
  readonly server?: string | undefined
  readonly waiting: Waiting
  /** The response that the answer leaves by, where that is not the visit's. */
  readonly response?: (() => ServerResponse) | undefined
  /** Where it is kept what the client is told the changes of. */
  readonly subscriptions?: Subscriptions
}

/** Whose the answer is, and how it leaves. */
export function leaving({ visit, response }: Pick<Asking, 'visit' | 'response'>): Leaving {
  return { identity: visit.identity, response: response ?? (() => visit.response) }
}
