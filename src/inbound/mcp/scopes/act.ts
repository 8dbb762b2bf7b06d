import { type Action, operationOf } from '../../../kernel/action.ts'
import type { Outcome } from '../../../pipeline/ports.ts'
import type { Door, Visit } from '../visit.ts'
import type { Waiting } from './waiting.ts'

/** What the guard made of an action. */
export interface Acted {
  readonly kind: 'acted'
  readonly outcome: Outcome
  readonly operation: string
}

/** Puts an action to the guard on behalf of whoever waits. */
export async function act(
  action: Action,
  { visit, waiting }: { readonly visit: Visit; readonly waiting: Waiting },
  { gate }: Pick<Door, 'gate'>,
): Promise<Acted> {
  const { credential, channel } = visit
  const outcome = await gate.guard({ action, credential, channel, ...waiting })
  return { kind: 'acted', outcome, operation: operationOf(action) }
}
