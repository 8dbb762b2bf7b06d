import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { ModernLimits } from './limits.ts'

/** Methods of the tasks extension that name a task (SEP-2663). */
export function isTaskMethod(method: string): boolean {
  return method.startsWith('tasks/')
}

/** Characters of a task's id, which its server chooses. */
const TASK_ID_LIMIT = 1_024

/** A task that a server made in place of a result, for whom. */
export interface OwnedTask {
  readonly tenant: string
  readonly owner: string
  readonly server: string
  readonly task: JsonValue | undefined
}

/**
 * Whose tasks are whose. A server knows the runtime alone, so that to it any agent could be the one
 * that made a task. In memory: after a restart a task is nobody's.
 */
export class TaskOwners {
  readonly #limits: Pick<ModernLimits, 'tasks' | 'tasksPerAgent'>
  // INVARIANT: in the order they were made.
  readonly #owners = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  constructor(limits: Pick<ModernLimits, 'tasks' | 'tasksPerAgent'>) {
    this.#limits = limits
  }

  /** Beyond its share, the agent's oldest task is forgotten for it; else the oldest of all. */
  note({ tenant, owner, server, task }: OwnedTask): void {
    if (typeof task !== 'string' || task.length > TASK_ID_LIMIT) return
    const key = keyOf(tenant, server, task)
    // Whoever had it first keeps it: a server can't hand it to another.
    if (this.#owners.has(key)) return
    if ((this.#counts.get(owner) ?? 0) >= this.#limits.tasksPerAgent) this.#forgetOldest(owner)
    if (this.#owners.size >= this.#limits.tasks) this.#forgetOldest(undefined)
    this.#owners.set(key, owner)
    this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1)
  }

  /** @throws PortcullisError `TASK_UNKNOWN`, for another's task as for none at all. */
  check({ tenant, owner, server, task }: OwnedTask): void {
    if (typeof task === 'string' && this.#owners.get(keyOf(tenant, server, task)) === owner) return
    throw new PortcullisError('TASK_UNKNOWN', 'the agent has no such task')
  }

  #forgetOldest(of: string | undefined): void {
    for (const [key, owner] of this.#owners) {
      if (of !== undefined && owner !== of) continue
      this.#owners.delete(key)
      const left = (this.#counts.get(owner) ?? 1) - 1
      if (left === 0) this.#counts.delete(owner)
      else this.#counts.set(owner, left)
      return
    }
  }
}

function keyOf(tenant: string, server: string, task: string): string {
  return JSON.stringify([tenant, server, task])
}

/** The id of the task that a result is, in this revision's shape or the one before. */
export function taskIn(result: JsonObject): JsonValue | undefined {
  if (result.resultType === 'task') return result.taskId
  return isJsonObject(result.task) ? result.task.taskId : undefined
}
