import { type Static, Type } from 'typebox'
import { ConfigSchema } from './config-schema.ts'

const { policy_dir, policy, spaces, roles, members, agents, approvers, approvals, alerts } =
  ConfigSchema.properties
const { servers, tools, memory, storage, attributes, budgets, labels, ledger } =
  ConfigSchema.properties
const { payloads, retention, subjects } = ledger.properties

/**
 * Every key of the file of a tenant: what of `portcullis.toml` is each tenant's own. Listeners,
 * keys and the files of the ledger are everybody's: they stand in the main file alone.
 */
export const TenantSchema = Type.Object(
  {
    ...{ policy_dir, policy, spaces, roles, members, agents, approvers, approvals, alerts },
    ...{ servers, tools, memory, storage, attributes, budgets, labels },
    ledger: Type.Object({ payloads, retention, subjects }, { additionalProperties: false }),
  },
  { additionalProperties: false },
)

/** What the main file says of tenant `default` has the same shape, among its other keys. */
export type TenantFile = Static<typeof TenantSchema>
