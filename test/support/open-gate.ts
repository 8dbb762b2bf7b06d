import { operatorOf } from '../../src/app/admin/caller.ts'
import type { AdminOperations } from '../../src/inbound/admin/admin-operations.ts'
import { perform } from '../../src/inbound/admin/perform.ts'
import type { AskedOfAdmin } from '../../src/kernel/admin/admin-call.ts'
import { codeOf } from '../../src/kernel/errors.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { GuardRequest, Outcome, Permission } from '../../src/pipeline/ports.ts'

/** A gate that permits everything of the admin API, and carries it out by these operations. */
export function openGate(operations: AdminOperations) {
  const look = async (asked: AskedOfAdmin): Promise<JsonObject> =>
    JSON.parse(JSON.stringify(await perform(operations, asked)))
  return {
    look,
    gate: {
      admit: async () => operatorOf(DEFAULT_TENANT),
      permit: async (): Promise<Permission> => ({
        kind: 'permitted',
        identity: operatorOf(DEFAULT_TENANT),
      }),
      async guard({ action, onFailure }: GuardRequest): Promise<Outcome> {
        const receipt = 'r1'
        if (action.kind !== 'admin.call') return { kind: 'refused', code: 'POLICY_DENIED', receipt }
        try {
          return { kind: 'done', result: await look(action.asked), receipt }
        } catch (error) {
          onFailure?.(error)
          return { kind: 'failed', code: codeOf(error), receipt }
        }
      },
    },
  }
}
