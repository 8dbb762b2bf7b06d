import type {
  IssuedToken,
  PolicyReload,
  Status,
  TokenRequest,
  ToolSchemas,
} from '../../contract/admin-api.ts'
import type { BudgetList, BudgetReset, BudgetStatus } from '../../contract/budgets.ts'
import type { PolicyChange, PolicyPush, PolicyRollback } from '../../contract/policy-changes.ts'
import type { AclOperations } from './acl-operations.ts'
import type { AgentClientOperations } from './agent-client-operations.ts'
import type { ApprovalOperations } from './approval-operations.ts'
import type { CertificateOperations } from './certificate-operations.ts'
import type { KeyOperations } from './key-operations.ts'
import type { PeopleOperations } from './people-operations.ts'
import type { PrivacyOperations } from './privacy-operations.ts'
import type { ServerOperations } from './server-operations.ts'
import type { StandingOperations } from './standing-operations.ts'
import type { TenantOperations } from './tenant-operations.ts'
import type { ToolOperations } from './tool-operations.ts'
import type { Subscribe } from './watch-stream.ts'

/** What may be done with a runtime. Each may throw a `PortcullisError`. */
export interface AdminOperations
  extends AclOperations,
    AgentClientOperations,
    ApprovalOperations,
    CertificateOperations,
    KeyOperations,
    PeopleOperations,
    PrivacyOperations,
    ServerOperations,
    StandingOperations,
    TenantOperations,
    ToolOperations {
  status(): Status | Promise<Status>
  issueToken(agent: string, request: TokenRequest): Promise<IssuedToken>
  /** Reads the policies again; throws, and changes nothing, when they do not compile. */
  reloadPolicies(): Promise<PolicyReload>
  tools(): ToolSchemas
  budgets(): BudgetList | Promise<BudgetList>
  resetBudget(name: string, request: BudgetReset): Promise<BudgetStatus>
  /** Puts policies in force in one step; throws, and changes nothing, when they cannot be. */
  pushPolicies(request: PolicyPush): Promise<PolicyChange>
  rollbackPolicies(request: PolicyRollback): Promise<PolicyChange>
  /** Calls the listener with each event once its receipt is durable. Returns what ends that. */
  readonly watch: Subscribe
}
