import type { Decision } from '../../kernel/policy/decision.ts'
import type { Ports } from '../ports.ts'

/**
 * Waits until the decision's receipt, durable by now, has the finality that the decision asks for.
 * Nothing was carried out yet: whatever the wait ends with but success refuses the action.
 * @throws PortcullisError `FINALITY_TIMEOUT`, `FINALITY_BLOCKED`, `FINALITY_UNAVAILABLE`.
 */
export async function awaitFinality({ obligations }: Decision, { finality }: Ports): Promise<void> {
  const asksForWitnesses = obligations.some(
    ({ obligation }) => obligation.kind === 'finality' && obligation.finality === 'witnessed',
  )
  if (asksForWitnesses) await finality.witnessed()
}
