import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { Caller } from '../../../pipeline/ports.ts'
import type { Answer } from '../answer.ts'
import { checkAccept } from '../request-headers.ts'
import { aboutScope } from '../scopes/about-scope.ts'
import { serveMethod } from '../serve-method.ts'
import type { Modern, Request } from './modern.ts'
import { type Filter, Subscription } from './subscription.ts'

/** Characters of one URI that changes are to be told of. */
export const URI_LENGTH_LIMIT = 4_096

/**
 * MCP 2026-07-28, subscriptions: the response is a stream of what changes, of the kinds asked for,
 * until one side ends it. What is not there, or not for this agent, is left out of what is
 * acknowledged; which of the two it is, nobody is told.
 * @throws PortcullisError `REQUEST_BUSY`, `REQUEST_INVALID`, `REQUEST_NOT_ACCEPTABLE`.
 */
export async function listen(request: Request, modern: Modern): Promise<Answer> {
  const { visit, envelope, presence, client, server } = request
  const { door, limits } = modern
  checkAccept(visit.request.headers, 'text/event-stream')
  const wanted = readFilter(envelope.params.notifications, limits.resourcesPerListen)
  if (presence.listeners.size >= limits.listensPerAgent) {
    throw new PortcullisError('REQUEST_BUSY', `${presence.listeners.size} streams are open`)
  }
  const { id } = request
  const { identity, channel } = visit
  const subscription = new Subscription({ id, identity, client, channel, server, wanted }, door)
  presence.listeners.add(subscription)
  const subscribed: string[] = []
  const forget = () => {
    presence.listeners.delete(subscription)
    for (const uri of subscribed) void unsubscribe(uri, request, modern)
  }
  try {
    const { capabilities } = await aboutScope({ visit, server, client }, door)
    door.upstreams(identity).listen(client)
    const uris = await Promise.all(wanted.resources.map((uri) => subscribe(uri, request, modern)))
    subscribed.push(...uris.flat())
    subscription.honour(honoured(wanted, capabilities, subscribed))
  } catch (error) {
    forget()
    throw error
  }
  return { stream: (response) => subscription.open(response, forget) }
}

function honoured(wanted: Filter, has: JsonObject, resources: readonly string[]): Filter {
  return {
    tools: wanted.tools && isJsonObject(has.tools),
    prompts: wanted.prompts && isJsonObject(has.prompts),
    resourceList: wanted.resourceList && isJsonObject(has.resources),
    resources,
  }
}

/** To be told of a resource is an action, of the server that has it. */
async function subscribe(uri: string, request: Request, modern: Modern): Promise<string[]> {
  const isDone = await act({ method: 'resources/subscribe', uri }, request, modern)
  return isDone ? [uri] : []
}

/** Unless another stream of the agent still waits for the same. */
async function unsubscribe(uri: string, request: Request, modern: Modern): Promise<void> {
  for (const other of request.presence.listeners) {
    if (other instanceof Subscription && other.isFor(uri, request)) return
  }
  await act({ method: 'resources/unsubscribe', uri }, request, modern)
}

interface Act {
  readonly method: 'resources/subscribe' | 'resources/unsubscribe'
  readonly uri: string
}

/** Was it done? Whatever stood in the way has its receipt. */
async function act({ method, uri }: Act, request: Request, { door }: Modern): Promise<boolean> {
  const { visit, server, client } = request
  const caller: Caller = {
    client,
    tell: () => undefined,
    ask: () =>
      Promise.reject(new PortcullisError('CLIENT_SILENT', 'nobody waits who could be asked')),
  }
  const asking = { visit, server, waiting: { caller } }
  try {
    const served = await serveMethod({ method, params: { uri } }, asking, door)
    return served.kind === 'acted' && served.outcome.kind === 'done'
  } catch (error) {
    if (error instanceof PortcullisError) return false
    throw error
  }
}

function readFilter(filter: JsonValue | undefined, limit: number): Filter {
  if (!isJsonObject(filter)) throw invalid('`notifications` is an object')
  const { toolsListChanged, promptsListChanged, resourcesListChanged } = filter
  const flags = [toolsListChanged, promptsListChanged, resourcesListChanged]
  if (!flags.every((flag) => flag === undefined || typeof flag === 'boolean')) {
    throw invalid('what is listened for is true or false')
  }
  return {
    tools: toolsListChanged === true,
    prompts: promptsListChanged === true,
    resourceList: resourcesListChanged === true,
    resources: readUris(filter.resourceSubscriptions, limit),
  }
}

function readUris(uris: JsonValue | undefined, limit: number): readonly string[] {
  if (uris === undefined) return []
  if (!Array.isArray(uris) || uris.length > limit) throw invalid(`at most ${limit} resources`)
  return [...new Set(uris.map(readUri))]
}

function readUri(uri: JsonValue): string {
  if (typeof uri === 'string' && uri.length <= URI_LENGTH_LIMIT) return uri
  throw invalid(`a resource is named by up to ${URI_LENGTH_LIMIT} characters`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
