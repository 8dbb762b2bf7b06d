import { type Action, operationOf, resourceOf } from '../../src/kernel/action.ts'
import { type ErrorCode, PortcullisError } from '../../src/kernel/errors.ts'
import type { Credential } from '../../src/kernel/identity/credential.ts'
import type { Identity } from '../../src/kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { answeredError } from '../../src/kernel/mcp/answered-error.ts'
import type { RecordedEvent } from '../../src/kernel/receipt/receipt.ts'
import type { Caller, Channel, Gate, GuardRequest, Outcome } from '../../src/pipeline/ports.ts'

/** A refusal that the gate was told to record, or recorded while admitting. */
export interface RecordedRefusal {
  readonly code: ErrorCode
  readonly channel: Channel
  readonly agent: string | undefined
}

/** An event that the gate was told to record. */
export interface NotedEvent extends RecordedEvent {
  readonly channel: Channel
  readonly agent: string | undefined
}

/** A gate that permits each agent a fixed set of actions, with all that passed it in view. */
export interface InMemoryGate extends Gate {
  /** Every request that reached the guard. */
  readonly guarded: GuardRequest[]
  /** Every credential that was to be admitted. */
  readonly admitted: Credential[]
  readonly refusals: RecordedRefusal[]
  readonly events: NotedEvent[]
  /** Resolves with the first refusal of this code, past or to come. */
  refusal(code: ErrorCode): Promise<RecordedRefusal>
  /** From now on this token has expired. */
  expire(token: string): void
}

export interface InMemoryGateOptions {
  /** What each agent may do: `slack.post`, `memory.read CRM.customers`, or all of `desk.*`. */
  readonly permits?: Readonly<Record<string, readonly string[]>>
  /** What comes of a permitted action. */
  readonly carryOut?: (action: Action, caller?: Caller) => Promise<JsonObject>
  /** The code that a permitted action fails with. */
  readonly failure?: ErrorCode
}

/** The token of an agent is its name and `-token`: `sales-token`. */
export function inMemoryGate({
  permits = { sales: ['slack.post', 'files.read'], research: ['files.read'] },
  carryOut = async (action) => ({ content: [{ type: 'text', text: operationOf(action) }] }),
  failure,
}: InMemoryGateOptions = {}): InMemoryGate {
  const guarded: GuardRequest[] = []
  const admitted: Credential[] = []
  const refusals: RecordedRefusal[] = []
  const events: NotedEvent[] = []
  const awaited = new Map<ErrorCode, (refusal: RecordedRefusal) => void>()
  const expired = new Set<string>()
  let receipts = 0

  const record = (refusal: RecordedRefusal) => {
    refusals.push(refusal)
    awaited.get(refusal.code)?.(refusal)
  }
  const identify = (credential: Credential): Identity => {
    if (!('token' in credential)) throw new PortcullisError('IDENTITY_MISSING', 'no token')
    const id = credential.token.replace(/-token$/, '')
    if (!(id in permits)) throw new PortcullisError('IDENTITY_INVALID', 'not a token')
    if (expired.has(credential.token)) throw new PortcullisError('IDENTITY_EXPIRED', 'too late')
    return {
      tenant: DEFAULT_TENANT,
      principal: { kind: 'agent', id, roles: [] },
      chain: [{ kind: 'agent', id, via: 'bearer-jwt' }],
    }
  }
  const permitted = (identity: Identity, action: Action) =>
    permits[identity.principal.id]?.some((permit) => covers(permit, permissionOf(action))) === true
  /** What a server asks, whoever waits is asked, as in the runtime. */
  const carried = ({ action, caller }: GuardRequest) =>
    action.kind === 'client.request' && caller !== undefined
      ? caller.ask(action.server, { method: action.method, params: action.args })
      : carryOut(action, caller)
  const identityError = (error: unknown): ErrorCode => {
    if (error instanceof PortcullisError) return error.code
    throw error
  }

  return {
    guarded,
    admitted,
    refusals,
    events,
    expire: (token) => expired.add(token),
    refusal(code) {
      const past = refusals.find((refusal) => refusal.code === code)
      return past ? Promise.resolve(past) : new Promise((resolve) => awaited.set(code, resolve))
    },
    async admit(credential, channel) {
      admitted.push(credential)
      try {
        return identify(credential)
      } catch (error) {
        record({ code: identityError(error), channel, agent: undefined })
        throw error
      }
    },
    async refuse(code, channel, identity) {
      record({ code, channel, agent: identity?.principal.id })
    },
    async note(event, channel, identity) {
      events.push({ ...event, channel, agent: identity?.principal.id })
    },
    crossed: (what, channel, identity) =>
      void events.push({
        ...{ name: 'tenant.crossed', detail: what, channel },
        agent: identity.principal.id,
      }),
    async permit({ action, credential }) {
      const identity = identify(credential)
      if (permitted(identity, action)) return { kind: 'permitted', identity }
      return { kind: 'refused', code: 'POLICY_DENIED' }
    },
    overheard(identity, { server, notification }) {
      const { method, params: args } = notification
      const heard = permitted(identity, { kind: 'client.request', server, method, args })
      return heard ? notification : undefined
    },
    named: (identity, operation) =>
      (permits[identity.principal.id] ?? [])
        .filter((permit) => permit.startsWith(`${operation} `))
        .map((permit) => permit.slice(operation.length + 1)),
    visible: (identity, actions) => actions.map((action) => permitted(identity, action)),
    async guard(request): Promise<Outcome> {
      const { action, credential, channel } = request
      guarded.push({ action, credential, channel })
      const receipt = `receipt-${++receipts}`
      try {
        if (!permitted(identify(request.credential), request.action)) {
          return { kind: 'refused', code: 'POLICY_DENIED', receipt }
        }
      } catch (error) {
        return { kind: 'refused', code: identityError(error), receipt }
      }
      if (failure !== undefined) return { kind: 'failed', code: failure, receipt }
      try {
        return { kind: 'done', result: await carried(request), receipt }
      } catch (error) {
        if (!(error instanceof PortcullisError)) throw error
        const answered = answeredError(error)
        return { kind: 'failed', code: error.code, receipt, ...(answered && { answered }) }
      }
    },
  }
}

function covers(permit: string, permission: string): boolean {
  if (!permit.endsWith('*')) return permit === permission
  return permission.startsWith(permit.slice(0, -1))
}

function permissionOf(action: Action): string {
  const operation = operationOf(action)
  return action.kind === 'tool.call' ? operation : `${operation} ${resourceOf(action).id}`
}
