import type { MessageId } from '../../../kernel/jsonrpc/message.ts'
import type { McpClient } from '../../../pipeline/ports.ts'
import type { Answer } from '../answer.ts'
import type { Door, Visit } from '../visit.ts'
import type { Conversation } from './conversation.ts'
import type { Envelope } from './envelope.ts'
import type { ModernLimits } from './limits.ts'
import type { Self } from './modern-answer.ts'
import type { OpenInputs } from './open-inputs.ts'
import type { Presence, Presences } from './presences.ts'

/** All that serving a request of this era needs. */
export interface Modern {
  readonly door: Door
  readonly limits: ModernLimits
  /** How the runtime calls itself where it speaks for all servers. */
  readonly self: Self
  readonly presences: Presences
  readonly inputs: OpenInputs
  /** Calls that have no result yet, whether anybody waits or they wait for input. */
  readonly live: Set<Conversation>
  /** Answers an error, after it is recorded. */
  refuse(error: unknown, visit: Visit): Promise<Answer>
}

/** A request of this era that was found to be in order, and who sent it. */
export interface Request {
  readonly id: MessageId
  readonly method: string
  readonly visit: Visit
  readonly envelope: Envelope
  /** The server that it is for; absent where all of them are offered as one. */
  readonly server: string | undefined
  readonly presence: Presence
  readonly client: McpClient
}
