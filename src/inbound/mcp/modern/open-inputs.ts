import { createHash, randomBytes } from 'node:crypto'
import { PortcullisError } from '../../../kernel/errors.ts'
import { ownerOf } from '../../../kernel/identity/owner.ts'
import type { Identity } from '../../../kernel/identity/principal.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { canonical } from '../../../kernel/receipt/canonical.ts'
import type { Conversation } from './conversation.ts'
import type { ModernLimits } from './limits.ts'

/** Entropy of a `requestState`. It says nothing: all there is to know is kept here. */
const STATE_BYTES = 32

/** What a state is good for: this request of this principal, and nothing else. */
export interface Binding {
  readonly owner: string
  readonly tenant: string
  /** Whoever acts, for whom, within which scopes. */
  readonly actor: string
  /** Digest of endpoint, method and params. */
  readonly request: string
  /** Characters of the request, which is kept while it waits. */
  readonly chars: number
}

export interface BoundRequest {
  /** The server that it goes to; absent where all are offered as one. */
  readonly server: string | undefined
  readonly method: string
  readonly params: JsonObject
}

/** `_meta` is beside the request: a retry has another progress token and another trace. */
export function bindingOf(identity: Identity, { server, method, params }: BoundRequest): Binding {
  const { _meta, ...asked } = params
  const { tenant, chain, human, scopes } = identity
  const actor = canonical({
    chain: chain.map(({ kind, id }) => ({ kind, id })),
    human: human?.id,
    scopes,
  })
  const text = canonical({ server, method, params: asked })
  const request = createHash('sha256').update(text).digest('base64url')
  return { owner: ownerOf(identity), tenant, actor, request, chars: text.length }
}

interface Kept {
  readonly conversation: Conversation
  readonly binding: Binding
  readonly expiry: NodeJS.Timeout
}

type InputLimits = Pick<
  ModernLimits,
  'inputs' | 'inputsPerAgent' | 'inputChars' | 'inputCharsPerAgent' | 'inputWaitMs'
>

/** Calls that wait for their client to come back with input. */
export class OpenInputs {
  readonly #limits: InputLimits
  readonly #kept = new Map<string, Kept>()

  constructor(limits: InputLimits) {
    this.#limits = limits
  }

  /**
   * The `requestState` by which the client finds it again, once and for a while.
   * @throws PortcullisError `REQUEST_BUSY`.
   */
  keep(conversation: Conversation, binding: Binding): string {
    this.#checkRoom(binding)
    const state = randomBytes(STATE_BYTES).toString('base64url')
    const expiry = setTimeout(() => {
      this.#kept.delete(state)
      conversation.cancel('CLIENT_SILENT')
    }, this.#limits.inputWaitMs)
    expiry.unref()
    this.#kept.set(state, { conversation, binding, expiry })
    return state
  }

  /** For its agent, and beside all others. */
  #checkRoom({ owner, chars }: Binding): void {
    const all = [...this.#kept.values()].map(({ binding }) => binding)
    const own = all.filter((binding) => binding.owner === owner)
    const { inputs, inputsPerAgent, inputChars, inputCharsPerAgent } = this.#limits
    const isRoom =
      own.length < inputsPerAgent &&
      all.length < inputs &&
      charsOf(own) + chars <= inputCharsPerAgent &&
      charsOf(all) + chars <= inputChars
    if (isRoom) return
    throw new PortcullisError('REQUEST_BUSY', `${own.length} calls of this agent wait for input`)
  }

  /**
   * The call that this state was given for, which it is not good for again. One that is presented
   * for another request, or by another, stays where it is: only its owner can use it up.
   * @throws PortcullisError `REQUEST_STATE_REFUSED`.
   */
  take(state: string, asked: Binding): Conversation {
    const kept = this.#kept.get(state)
    if (kept === undefined || !isSame(kept.binding, asked)) {
      throw new PortcullisError('REQUEST_STATE_REFUSED', 'no such state for this request')
    }
    this.#kept.delete(state)
    clearTimeout(kept.expiry)
    return kept.conversation
  }

  /** Is it a state of another tenant? For the alert alone: nobody is told. */
  isForeign(state: string, { tenant }: Binding): boolean {
    const kept = this.#kept.get(state)
    return kept !== undefined && kept.binding.tenant !== tenant
  }

  /** Whoever ended it: nobody can come back to it. */
  drop(conversation: Conversation): void {
    for (const [state, kept] of this.#kept) {
      if (kept.conversation !== conversation) continue
      clearTimeout(kept.expiry)
      this.#kept.delete(state)
    }
  }
}

function charsOf(bindings: readonly Binding[]): number {
  return bindings.reduce((sum, { chars }) => sum + chars, 0)
}

function isSame(kept: Binding, asked: Binding): boolean {
  return kept.owner === asked.owner && kept.actor === asked.actor && kept.request === asked.request
}
