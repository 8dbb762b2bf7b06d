import type { JsonValue } from '../../../kernel/json/value.ts'
import { federatedName } from '../tool-name.ts'
import { taskUnknown } from './task-unknown.ts'

/**
 * The id of a task among those of all servers: its own behind the name of its server, as a prompt
 * has it. It proves nothing, and need not: whose it is, `TaskOwners` knows.
 */
export function federatedTask(server: string, task: JsonValue): JsonValue {
  return typeof task === 'string' ? federatedName(server, task) : task
}

/** The id that one server has for a task of this name; nothing for a task of another. */
export function ownTask(server: string, federated: JsonValue | undefined): string | undefined {
  const prefix = federatedName(server, '')
  if (typeof federated !== 'string' || !federated.startsWith(prefix)) return undefined
  return federated.slice(prefix.length)
}

/** The member of `_meta` that names the task which a message belongs to (MCP 2025-11-25). */
export const RELATED_TASK = 'io.modelcontextprotocol/related-task'

/** Tells how a task is: in the extension of 2026-07-28, and in the revision before. */
export function isTaskNotice(method: string): boolean {
  return method === 'notifications/tasks' || method === 'notifications/tasks/status'
}

const FEDERATED = /^([a-z][a-z0-9_-]{0,31})\.(.*)$/s

/**
 * Which task of which server is meant.
 * @throws PortcullisError `TASK_UNKNOWN`, for what no server could have made as for another's task.
 */
export function readTask(federated: JsonValue | undefined): { server: string; taskId: string } {
  const [, server, taskId] = typeof federated === 'string' ? (FEDERATED.exec(federated) ?? []) : []
  if (server === undefined || taskId === undefined) throw taskUnknown()
  return { server, taskId }
}
