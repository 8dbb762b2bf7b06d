import { type Action, operationOf, resourceOf } from '../kernel/action.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject, JsonValue } from '../kernel/json/value.ts'
import type { RunLabels } from '../kernel/labels/label.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'
import type { Channel, DefinedTool, PolicyDecider, Ports } from './ports.ts'
import { callOf } from './steps/meet.ts'
import { policyRequest } from './steps/policy-request.ts'
import { isInScope } from './steps/scope.ts'

export interface Looking {
  readonly identity: Identity
  readonly actions: readonly Action[]
  readonly channel: Channel
}

/** Of these actions, those that some arguments could make permitted. */
export function visible({ actions, ...who }: Looking, ports: Ports): readonly boolean[] {
  const sight = new Sight(who, ports)
  ports.trust.seen?.(actions.flatMap((action) => definedTool(action) ?? []))
  return actions.map(
    (action) =>
      isInScope(action, who.identity) && isTrusted(action, ports) && sight.mayAllow(action),
  )
}

/** A tool that is shown is trusted as it is shown. */
function isTrusted(action: Action, { trust }: Ports): boolean {
  const tool = definedTool(action)
  return tool === undefined || trust.standing(tool).state === 'trusted'
}

function definedTool(action: Action): DefinedTool | undefined {
  if (action.kind !== 'tool.call' || action.definition === undefined) return undefined
  const { server, tool, definition } = action
  return { server, tool, definition }
}

/** An answer for all actions of the same rules, or that each of them has its own. */
type Answer = boolean | 'each its own'

/**
 * One look of one asker at many actions. Where the policies read nothing of the action itself, the
 * answer is the same for all that the same rules are about, and is worked out once: of thousands of
 * tools, few have rules of their own.
 */
class Sight {
  readonly #ports: Ports
  readonly #who: Omit<Looking, 'actions'>
  readonly #policies: PolicyDecider
  readonly #now: number
  readonly #run: RunLabels
  /** By the rules; of each space its own, since roles may be granted there. */
  readonly #answers = new Map<JsonValue | undefined, Map<object, Answer>>()

  constructor(who: Omit<Looking, 'actions'>, ports: Ports) {
    this.#ports = ports
    this.#who = who
    this.#policies = ports.policies.current()
    this.#now = ports.clock.now()
    this.#run = ports.labels.of(who.identity.chain, this.#now)
  }

  mayAllow(action: Action): boolean {
    const operation = operationOf(action)
    const resource = resourceOf(action)
    const rules = this.#policies.rulesAbout?.({ operation, resource })
    if (rules === undefined) return this.#policies.mayAllow(this.#asked(action))
    const { space } = this.#ports.attributes.about(operation, resource).resource
    const answers = this.#answers.get(space) ?? new Map<object, Answer>()
    const known = answers.get(rules)
    if (typeof known === 'boolean') return known
    const asked = this.#asked(action)
    if (known !== undefined) return this.#policies.mayAllow(asked)
    const { request, hasRead } = watched(asked)
    const answer = this.#policies.mayAllow(request)
    this.#answers.set(space, answers.set(rules, hasRead() ? 'each its own' : answer))
    return answer
  }

  /** Looking at what there is counts for nothing. */
  #asked(action: Action): PolicyRequest {
    const { attributes, roles, usage } = this.#ports
    const { identity, channel } = this.#who
    const now = this.#now
    const used = usage.peek(callOf(action, identity, now))
    const knowledge = { attributes, roles, used, run: this.#run, now }
    return policyRequest({ action, channel }, identity, knowledge)
  }
}

/** What differs from action to action in what policies read; all else is of the asker alone. */
const OF_THE_ACTION = [
  ...['args', 'input', 'resource', 'data', 'operation', 'candidate', 'usage', 'budget'],
] as const

/** A request that knows whether anything of its action was read. */
function watched(asked: PolicyRequest): { request: PolicyRequest; hasRead: () => boolean } {
  let read = false
  const attributes: JsonObject = { ...asked.attributes }
  for (const root of OF_THE_ACTION) {
    if (!Object.hasOwn(attributes, root)) continue
    const value = attributes[root]
    const get = () => {
      read = true
      return value
    }
    Object.defineProperty(attributes, root, { get, enumerable: true })
  }
  return { request: { ...asked, attributes }, hasRead: () => read }
}
