import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import type { Obligation } from '../obligations/obligation.ts'
import type { Decision } from '../policy/decision.ts'

type Conditions = Decision['obligations']

/**
 * Tasks with conditions that are remembered, of one tenant. No more are known to be anybody's: one
 * that is forgotten here is forgotten by whoever lets agents at their tasks.
 */
export const MAX_CONDITIONED_TASKS = 16_384

/** The obligations that what comes of an action has to meet whenever it comes. */
const OF_RESULTS: ReadonlySet<Obligation['kind']> = new Set([
  ...(['redact', 'mask', 'max_rows', 'max_bytes', 'label'] as const),
])

/**
 * The task that an action was answered with in place of its result, in the shape of MCP 2025-11-25
 * (`task.taskId`) or of the extension of 2026-07-28 (SEP-2663).
 */
export function taskIn(result: JsonObject): JsonValue | undefined {
  if (result.resultType === 'task') return result.taskId
  return isJsonObject(result.task) ? result.task.taskId : undefined
}

/** A task as its server knows it. */
export interface TaskName {
  readonly server: string
  readonly task: JsonValue | undefined
}

/**
 * What a permitted action owes when its result comes later, by another request: a task takes the
 * place of a result, and no condition on that is met by the task.
 */
export class TaskConditions {
  // INVARIANT: in the order they were made.
  readonly #conditions = new Map<string, Conditions>()

  /** An id that comes again, whoever sends it, takes no condition away. */
  keep(name: TaskName, { obligations }: Pick<Decision, 'obligations'>): void {
    if (typeof name.task !== 'string') return
    const owed = obligations.filter(({ obligation }) => OF_RESULTS.has(obligation.kind))
    if (owed.length === 0) return
    const key = keyOf(name)
    const known = this.#conditions.get(key)
    const [oldest] = this.#conditions.keys()
    if (known === undefined && this.#conditions.size >= MAX_CONDITIONED_TASKS && oldest) {
      this.#conditions.delete(oldest)
    }
    this.#conditions.set(key, known === undefined ? owed : joined(known, owed))
  }

  of(name: TaskName): Conditions {
    return this.#conditions.get(keyOf(name)) ?? NONE
  }

  /** A decision about a task, with what the action owed that it stands for. */
  join(decision: Decision, name: TaskName): Decision {
    const owed = this.of(name)
    if (owed.length === 0) return decision
    const effect = decision.effect === 'allow' ? 'allow_with_conditions' : decision.effect
    return { ...decision, effect, obligations: joined(decision.obligations, owed) }
  }
}

const NONE: Conditions = []

function joined(one: Conditions, other: Conditions): Conditions {
  const more = other.filter((each) => !one.some((it) => it.obligation === each.obligation))
  return more.length === 0 ? one : [...one, ...more]
}

/** No name of a server holds a space. */
function keyOf({ server, task }: TaskName): string {
  return `${server} ${String(task)}`
}
