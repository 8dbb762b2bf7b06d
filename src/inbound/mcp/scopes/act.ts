import { type Action, operationOf } from '../../../kernel/action.ts'
import type { Outcome } from '../../../pipeline/ports.ts'
import { inRoom } from '../../answer-room.ts'
import type { Subscriptions } from '../subscriptions.ts'
import { checkOwnTask, ownTasks } from '../tasks/own-tasks.ts'
import { checkTaskQuestions } from '../tasks/task-questions.ts'
import type { Door } from '../visit.ts'
import { withPermittedLevel } from './permitted-level.ts'
import { type Asking, leaving } from './waiting.ts'

/** What the guard made of an action. */
export interface Acted {
  readonly kind: 'acted'
  readonly outcome: Outcome
  readonly operation: string
  /** Was it no tool that was called? Its refusal is then an error, and not a result of a tool. */
  readonly isMethod: boolean
}

/**
 * Puts an action to the guard on behalf of whoever waits.
 * @throws PortcullisError `SUBSCRIPTION_LIMIT`, `TASK_UNKNOWN`; for what a task asks
 * `CLIENT_INCAPABLE`, or the code that it is refused with.
 */
export async function act(
  action: Action,
  asking: Omit<Asking, 'server'>,
  { gate, tasks, answers }: Pick<Door, 'gate' | 'tasks' | 'answers'>,
): Promise<Acted> {
  const { visit, waiting, subscriptions } = asking
  const { credential, channel, identity } = visit
  checkOwnTask(action, identity, tasks)
  const settle = subscriptions && subscribing(action, subscriptions)
  const outcome = await inRoom(answers, leaving(asking), (room) =>
    gate.guard({
      ...{ action: withPermittedLevel(action, visit, gate), credential, channel, room },
      ...waiting,
    }),
  )
  settle?.(outcome.kind === 'done')
  const acted = { kind: 'acted', operation: operationOf(action) } as const
  const isMethod = action.kind === 'mcp.request'
  if (outcome.kind !== 'done') return { ...acted, outcome, isMethod }
  const result = ownTasks(action, outcome.result, { identity, tasks })
  if (action.kind === 'mcp.request' && action.method === 'tasks/get') {
    const { client } = waiting.caller
    const { server } = action
    await checkTaskQuestions({ server, task: result }, { client, credential, channel }, { gate })
  }
  return { ...acted, outcome: { ...outcome, result }, isMethod }
}

/** Counts a subscription from before it is there: a change may be told before the answer. */
function subscribing(action: Action, subscriptions: Subscriptions) {
  if (action.kind !== 'mcp.request' || typeof action.args.uri !== 'string') return undefined
  const { server, method, args } = action
  const uri = String(args.uri)
  if (method === 'resources/unsubscribe') {
    return (done: boolean) => done && subscriptions.remove(server, uri)
  }
  if (method !== 'resources/subscribe' || subscriptions.has(server, uri)) return undefined
  subscriptions.add(server, uri)
  return (done: boolean) => done || subscriptions.remove(server, uri)
}
