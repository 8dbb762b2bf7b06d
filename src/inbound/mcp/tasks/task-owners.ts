import { ownerOf } from '../../../kernel/identity/owner.ts'
import type { Identity } from '../../../kernel/identity/principal.ts'
import type { JsonValue } from '../../../kernel/json/value.ts'
import type { DoorLimits } from '../limits.ts'
import { taskUnknown } from './task-unknown.ts'

/** Characters of a task's id, which its server chooses. */
const TASK_ID_LIMIT = 1_024

/** A task by the name that its server has for it. */
export interface ServerTask {
  readonly server: string
  readonly task: JsonValue | undefined
}

export type TaskLimits = Pick<DoorLimits, 'tasks' | 'tasksPerAgent'>

interface Owner {
  readonly agent: string
  /** Whom the agent acted for: what it does for one person is not to reach another. */
  readonly person: string | undefined
  readonly server: string
}

/**
 * Whose tasks are whose, whatever revision they were made in. A server knows the runtime alone, so
 * that to it any agent could be the one that made a task. In memory: after a restart a task is
 * nobody's.
 */
export class TaskOwners {
  readonly #limits: TaskLimits
  // INVARIANT: in the order they were made.
  readonly #owners = new Map<string, Owner>()
  readonly #counts = new Map<string, number>()

  constructor(limits: TaskLimits) {
    this.#limits = limits
  }

  /** Beyond its share, the agent's oldest task is forgotten for it; else the oldest of all. */
  note(identity: Identity, { server, task }: ServerTask): void {
    if (typeof task !== 'string' || task.length > TASK_ID_LIMIT) return
    const key = keyOf(identity, server, task)
    // Whoever had it first keeps it: a server can't hand it to another.
    if (this.#owners.has(key)) return
    const agent = ownerOf(identity)
    if ((this.#counts.get(agent) ?? 0) >= this.#limits.tasksPerAgent) this.#forgetOldest(agent)
    if (this.#owners.size >= this.#limits.tasks) this.#forgetOldest(undefined)
    this.#owners.set(key, { agent, person: identity.human?.id, server })
    this.#counts.set(agent, (this.#counts.get(agent) ?? 0) + 1)
  }

  owns(identity: Identity, { server, task }: ServerTask): boolean {
    if (typeof task !== 'string') return false
    const owner = this.#owners.get(keyOf(identity, server, task))
    return owner !== undefined && isOf(owner, identity)
  }

  /** @throws PortcullisError `TASK_UNKNOWN`, for another's task as for none at all. */
  check(identity: Identity, task: ServerTask): void {
    if (!this.owns(identity, task)) throw taskUnknown()
  }

  /** Servers that made a task for this one. */
  serversOf(identity: Identity): ReadonlySet<string> {
    const owners = [...this.#owners.values()].filter((owner) => isOf(owner, identity))
    return new Set(owners.map(({ server }) => server))
  }

  #forgetOldest(of: string | undefined): void {
    for (const [key, { agent }] of this.#owners) {
      if (of !== undefined && agent !== of) continue
      this.#owners.delete(key)
      const left = (this.#counts.get(agent) ?? 1) - 1
      if (left === 0) this.#counts.delete(agent)
      else this.#counts.set(agent, left)
      return
    }
  }
}

function isOf({ agent, person }: Owner, identity: Identity): boolean {
  return agent === ownerOf(identity) && person === identity.human?.id
}

function keyOf({ tenant }: Identity, server: string, task: string): string {
  return JSON.stringify([tenant, server, task])
}
