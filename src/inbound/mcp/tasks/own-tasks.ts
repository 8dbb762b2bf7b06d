import type { Action } from '../../../kernel/action.ts'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import { taskIn } from '../../../kernel/mcp/task-conditions.ts'
import type { TaskOwners } from './task-owners.ts'

// Tasks of 2025-11-25 (basic/utilities/tasks) and of the extension of 2026-07-28 (SEP-2663).

/** Does a request of this method name a task? Of all methods of tasks, one alone names none. */
export function namesTask(method: string): boolean {
  return method.startsWith('tasks/') && method !== 'tasks/list'
}

/** @throws PortcullisError `TASK_UNKNOWN` for a task that is not the agent's own. */
export function checkOwnTask(action: Action, identity: Identity, tasks: TaskOwners): void {
  if (action.kind !== 'mcp.request' || !namesTask(action.method)) return
  tasks.check(identity, { server: action.server, task: action.args.taskId })
}

/** The result of an action without tasks of others. A task that it made is its agent's now. */
export function ownTasks(
  action: Action,
  result: JsonObject,
  { identity, tasks }: { readonly identity: Identity; readonly tasks: TaskOwners },
): JsonObject {
  if (action.kind !== 'tool.call' && action.kind !== 'mcp.request') return result
  const { server } = action
  const task = taskIn(result)
  if (task !== undefined) tasks.note(identity, { server, task })
  if (action.kind !== 'mcp.request' || action.method !== 'tasks/list') return result
  const listed = Array.isArray(result.tasks) ? result.tasks.filter(isJsonObject) : []
  const own = listed.filter(({ taskId }) => tasks.owns(identity, { server, task: taskId }))
  return { ...result, tasks: own }
}
