import type { BUDGET_RESET } from '../kernel/budget/usage-book.ts'
import type { Ids, Ledger } from '../pipeline/ports.ts'

/** Things that happen to the runtime itself and that receipts tell of. */
export type LifecycleEvent =
  | 'runtime.started'
  | 'runtime.stopped'
  | 'policy.activated'
  | 'policy.rejected'
  | 'agent.token_issued'
  | 'approver.token_issued'
  | typeof BUDGET_RESET

export interface LifecycleOptions {
  readonly ledger: Ledger
  readonly clock: { now(): number }
  readonly ids: Ids
}

/** Records an event of the runtime. Resolves when it is durable. */
export async function recordLifecycle(
  { ledger, clock, ids }: LifecycleOptions,
  event: LifecycleEvent,
  detail: string,
): Promise<void> {
  await ledger.append({
    ...{ id: ids.next(), ts: clock.now(), run: 'runtime', kind: 'lifecycle', actor: RUNTIME },
    channel: { door: 'runtime', peer: 'local' },
    lifecycle: { event, detail },
  })
}

const RUNTIME = [{ kind: 'service', id: 'portcullis', via: 'runtime' }] as const
