import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { Caller } from '../../../pipeline/ports.ts'
import { recordRefusal } from '../../record-refusal.ts'
import type { Answer } from '../answer.ts'
import { checkAccept } from '../request-headers.ts'
import { aboutScope } from '../scopes/about-scope.ts'
import { serveMethod } from '../serve-method.ts'
import { readTask } from '../tasks/federated-task.ts'
import type { Door, Visit } from '../visit.ts'
import { takesTasks } from './declared.ts'
import type { ModernLimits } from './limits.ts'
import type { Modern, Request } from './modern.ts'
import {
  type Filter,
  FOLLOWED,
  type Followed,
  type FollowedName,
  Subscription,
} from './subscription.ts'
import { checkTakesTasks } from './tasks.ts'

/** Characters of one URI or id that changes are to be told of. */
export const NAME_LENGTH_LIMIT = 4_096

/**
 * MCP 2026-07-28, subscriptions: the response is a stream of what changes, of the kinds asked for,
 * until one side ends it. What is not there, or not for this agent, is left out of what is
 * acknowledged; which of the two it is, nobody is told.
 * @throws PortcullisError `REQUEST_BUSY`, `REQUEST_INVALID`, `REQUEST_NOT_ACCEPTABLE`,
 * `CLIENT_INCAPABLE` for tasks where the client declared none.
 */
export async function listen(request: Request, modern: Modern): Promise<Answer> {
  const { id, visit, envelope, presence, client, server } = request
  const { door, limits } = modern
  checkAccept(visit.request.headers, 'text/event-stream')
  const wanted = readFilter(envelope.params.notifications, limits)
  if (wanted.tasks.length > 0) checkTakesTasks(envelope.about.capabilities)
  if (presence.listeners.size >= limits.listensPerAgent) {
    throw new PortcullisError('REQUEST_BUSY', `${presence.listeners.size} streams are open`)
  }
  const { identity, channel, credential } = visit
  const subscription = new Subscription(
    { id, identity, credential, client, channel, server, wanted },
    door,
  )
  presence.listeners.add(subscription)
  const followed: FollowedName[] = []
  const forget = () => {
    presence.listeners.delete(subscription)
    for (const one of followed) void unfollow(one, request, modern)
  }
  try {
    const { capabilities } = await aboutScope({ visit, server, client }, door)
    door.upstreams(identity).listen(client)
    followed.push(...(await follow(wanted, request, modern)))
    subscription.honour(honoured(wanted, capabilities, followed))
  } catch (error) {
    forget()
    throw error
  }
  return { stream: (response) => subscription.open(response, forget) }
}

function honoured(wanted: Filter, has: JsonObject, followed: readonly FollowedName[]): Filter {
  const names = (what: Followed) => followed.filter((one) => one.what === what)
  return {
    tools: wanted.tools && isJsonObject(has.tools),
    prompts: wanted.prompts && isJsonObject(has.prompts),
    resourceList: wanted.resourceList && isJsonObject(has.resources),
    resources: names('resources').map(({ name }) => name),
    tasks: names('tasks').map(({ name }) => name),
  }
}

/** To be told of a resource or a task is an action, of the server that has it. */
async function follow(wanted: Filter, request: Request, modern: Modern): Promise<FollowedName[]> {
  const all = FOLLOWED.flatMap((what) => wanted[what].map((name) => ({ what, name })))
  const done = await Promise.all(all.map((one) => act('subscribe', one, { request, modern })))
  return all.filter((_, at) => done[at])
}

/** Unless another stream of the agent still waits for the same. */
async function unfollow(one: FollowedName, request: Request, modern: Modern): Promise<void> {
  for (const other of request.presence.listeners) {
    if (other instanceof Subscription && other.isFor(one, request)) return
  }
  await act('unsubscribe', one, { request, modern })
}

interface Asked {
  readonly request: Request
  readonly modern: Modern
}

/** Was it done? Whatever stood in the way has its receipt. */
async function act(
  change: 'subscribe' | 'unsubscribe',
  { what, name }: FollowedName,
  { request: { visit, server, client }, modern: { door } }: Asked,
): Promise<boolean> {
  const caller: Caller = {
    client,
    tell: () => undefined,
    ask: () =>
      Promise.reject(new PortcullisError('CLIENT_SILENT', 'nobody waits who could be asked')),
  }
  const asking = { visit, server, waiting: { caller } }
  const params = what === 'tasks' ? { taskId: name } : { uri: name }
  try {
    if (what === 'tasks' && !tellsOfTasks(name, visit, door)) return false
    const served = await serveMethod({ method: `${what}/${change}`, params }, asking, door)
    return served.kind === 'acted' && served.outcome.kind === 'done'
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error
    const { channel, identity } = visit
    await recordRefusal({ code: error.code, channel, identity }, door.gate, door.log)
    return false
  }
}

/** @throws PortcullisError `TASK_UNKNOWN`. */
function tellsOfTasks(task: string, { identity, server }: Visit, door: Door): boolean {
  const of = server ?? readTask(task).server
  return takesTasks(door.upstreams(identity).declared?.(of)?.capabilities ?? {})
}

type FilterLimits = Pick<ModernLimits, 'resourcesPerListen' | 'tasksPerListen'>

function readFilter(filter: JsonValue | undefined, limits: FilterLimits): Filter {
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
    resources: readNames(filter.resourceSubscriptions, limits.resourcesPerListen),
    tasks: readNames(filter.taskIds, limits.tasksPerListen),
  }
}

function readNames(names: JsonValue | undefined, limit: number): readonly string[] {
  if (names === undefined) return []
  if (!Array.isArray(names) || names.length > limit) throw invalid(`at most ${limit} of a kind`)
  return [...new Set(names.map(readName))]
}

function readName(name: JsonValue): string {
  if (typeof name === 'string' && name.length <= NAME_LENGTH_LIMIT) return name
  throw invalid(`a resource or a task is named by up to ${NAME_LENGTH_LIMIT} characters`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
