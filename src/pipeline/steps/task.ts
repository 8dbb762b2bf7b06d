import type { Action } from '../../kernel/action.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { type TaskName, taskIn } from '../../kernel/mcp/task-conditions.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { Ports } from '../ports.ts'
import { type ObligedResult, obligeResult } from './oblige.ts'

type TaskPorts = Pick<Ports, 'tasks'>

/** The decision with what was owed by the action that the task of this one stands for. */
export function withTask(decision: Decision, action: Action, { tasks }: TaskPorts): Decision {
  const name = namedIn(action)
  return name === undefined ? decision : tasks.join(decision, name)
}

/** Where an action is answered with a task, what it owes goes with that. */
export function keepTask(
  action: Action,
  { answer, decision }: { readonly answer: JsonObject; readonly decision: Decision },
  { tasks }: TaskPorts,
): void {
  const task = taskIn(answer)
  if (task === undefined || !('server' in action)) return
  tasks.keep({ server: action.server, task }, decision)
}

/**
 * What a task came to may lie deeper than a result does: in `result` (SEP-2663). Of a list each
 * task is brought under its own conditions.
 * @throws PortcullisError as `obligeResult`.
 */
export function obligeTask(
  action: Action,
  { result, decision }: { readonly result: JsonObject; readonly decision: Decision },
  { tasks }: TaskPorts,
): ObligedResult {
  const name = namedIn(action)
  if (name !== undefined) return obligeOutcome(result, decision)
  if (!listsTasks(action) || !Array.isArray(result.tasks)) return { result, redactions: [] }
  const { server } = action
  const listed = result.tasks.map((entry) => {
    if (!isJsonObject(entry)) return { result: entry, redactions: [] }
    return obligeEntry(entry, tasks.join({ ...decision, obligations: [] }, nameOf(server, entry)))
  })
  return {
    result: { ...result, tasks: listed.map((each): JsonValue => each.result) },
    redactions: listed.flatMap(({ redactions }) => redactions),
  }
}

function obligeEntry(entry: JsonObject, decision: Decision): ObligedResult {
  return decision.obligations.length === 0
    ? { result: entry, redactions: [] }
    : obligeResult(entry, decision)
}

function obligeOutcome(result: JsonObject, decision: Decision): ObligedResult {
  if (!isJsonObject(result.result)) return { result, redactions: [] }
  const inner = obligeResult(result.result, decision)
  return { result: { ...result, result: inner.result }, redactions: inner.redactions }
}

/** The task that is asked for, or told of. */
function namedIn(action: Action): TaskName | undefined {
  if (action.kind !== 'mcp.request' && action.kind !== 'client.request') return undefined
  const isAbout = action.method.startsWith('tasks/') || action.method.startsWith(NOTICES)
  if (!isAbout || action.args.taskId === undefined) return undefined
  return nameOf(action.server, action.args)
}

const NOTICES = 'notifications/tasks'

function listsTasks(action: Action): action is Extract<Action, { kind: 'mcp.request' }> {
  return action.kind === 'mcp.request' && action.method === 'tasks/list'
}

function nameOf(server: string, { taskId }: JsonObject): TaskName {
  return { server, task: taskId }
}
