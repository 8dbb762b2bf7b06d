import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpClient } from '../../../pipeline/ports.ts'
import { MissingCapability, TASKS, takesTasks } from './declared.ts'

/** Methods of the tasks extension (SEP-2663). Those that were there before it are no more. */
const TASK_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel'])

/** @throws PortcullisError `REQUEST_METHOD_UNKNOWN`. */
export function checkTaskMethod(method: string): void {
  if (!method.startsWith('tasks/') || TASK_METHODS.has(method)) return
  throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `the method \`${method}\` is not served`)
}

/** @throws MissingCapability where a client was given a task that takes none. */
export function checkTaskResult({ resultType }: JsonObject, { about }: McpClient): void {
  if (resultType === 'task') checkTakesTasks(about.capabilities)
}

/** @throws MissingCapability */
export function checkTakesTasks(capabilities: JsonObject): void {
  if (!takesTasks(capabilities)) throw new MissingCapability({ extensions: { [TASKS]: {} } })
}
