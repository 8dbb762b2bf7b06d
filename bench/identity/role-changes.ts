import { tenantOperations } from '../../src/app/tenant/tenant-operations.ts'
import { BY_OPERATOR } from '../../src/kernel/receipt/event-draft.ts'
import type { Office, Task } from './office.ts'

const CALLS = 200
const CALLER = { kind: 'agent', id: 'caller' } as const

/**
 * From asking that a role be taken away until a request that it permitted is refused: the receipt
 * of the change, and the next decision. And the same until one is granted and counts.
 */
export async function roleChanges({ home, gate, agent, token }: Office): Promise<readonly Task[]> {
  const { grantRole, revokeRole } = tenantOperations(home, BY_OPERATOR)
  const credential = { kind: 'bearer', token: await token(agent), loopback: true } as const
  const channel = { door: 'bench', peer: '127.0.0.1', run: 'bench' }
  const action = { kind: 'memory.read', namespace: 'readers', limit: 1 } as const
  const asked = async (expected: 'done' | 'refused') => {
    const { kind } = await gate.guard({ action, credential, channel })
    if (kind !== expected) throw new Error(`the guard said ${kind}, not ${expected}`)
  }
  let granted = false
  return [
    {
      ...{ name: 'role-change/enforced', callers: 1, calls: CALLS },
      async work() {
        await (granted ? revokeRole('reader', CALLER) : grantRole('reader', CALLER))
        granted = !granted
        await asked(granted ? 'done' : 'refused')
      },
    },
  ]
}
