import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { ownerOf } from '../sessions.ts'
import { checkDeclared, MissingCapability, TASKS, takesTasks } from './declared.ts'
import { readInputRequests } from './input.ts'
import type { Modern, Request } from './modern.ts'
import { taskIn } from './task-owners.ts'

/** Methods of the tasks extension (SEP-2663). Those that were there before it are no more. */
const TASK_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel'])

/**
 * A task is its agent's alone, and tasks of several servers could not be told apart.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN`, `TASK_UNKNOWN`.
 */
export function checkTask({ visit, envelope, server, method }: Request, { tasks }: Modern): void {
  if (!method.startsWith('tasks/')) return
  if (server === undefined || !TASK_METHODS.has(method)) {
    throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `the method \`${method}\` is not served`)
  }
  const { identity } = visit
  const { taskId } = envelope.params
  tasks.check({ tenant: identity.tenant, owner: ownerOf(identity), server, task: taskId })
}

/**
 * A task in place of a result is its agent's. What a task asks for, its client may be asked.
 * @throws PortcullisError `CLIENT_INCAPABLE`, or the code that a question is refused with.
 */
export async function checkTaskResult(
  result: JsonObject,
  request: Request & { readonly server: string },
  modern: Modern,
): Promise<void> {
  const { visit, server, client, method } = request
  if (result.resultType === 'task' && !takesTasks(client.about.capabilities)) {
    throw new MissingCapability({ extensions: { [TASKS]: {} } })
  }
  const { identity, credential, channel } = visit
  const task = taskIn(result)
  if (task !== undefined) {
    modern.tasks.note({ tenant: identity.tenant, owner: ownerOf(identity), server, task })
  }
  if (method !== 'tasks/get' || result.inputRequests === undefined) return
  for (const { request: asked } of readInputRequests(result)) {
    checkDeclared(client.about.capabilities, asked)
    const action = {
      kind: 'client.request',
      server,
      method: asked.method,
      args: asked.params,
    } as const
    const permission = await modern.door.gate.permit({ action, credential, channel })
    // Conditions on the answer can't be met where it comes by a way of its own.
    if (permission.kind === 'permitted') continue
    const code = permission.kind === 'refused' ? permission.code : 'POLICY_DENIED'
    throw new PortcullisError(code, `what the task asks is not permitted: \`${asked.method}\``)
  }
}
