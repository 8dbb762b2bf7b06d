import type { RefusalBounds } from '../../kernel/alerts/refusal-counts.ts'
import type { Budget } from '../../kernel/budget/budget.ts'
import type { PublicJwk } from '../../kernel/identity/public-jwk.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { SubjectPaths } from '../../kernel/privacy/subject.ts'
import type { WitnessPolicy } from '../../kernel/tlog/witness-policy.ts'
import type { TrustMode } from '../../kernel/tools/pin.ts'
import type { LoginsConfig } from './login-config.ts'
import type { HttpProtocol, StdioProtocol } from './protocols.ts'
import type { SchemaPinConfig } from './schemapin-config.ts'
import type { CertificatesConfig, ListenTlsConfig, PeerTlsConfig } from './tls-config.ts'

/** What each tenant has of its own, checked. Paths are absolute, times in ms. */
export interface TenantConfig {
  /** The file it was read from. */
  readonly file: string
  /** Where its data is: of tenant `default` the whole data directory, of others a folder in it. */
  readonly dataDir: string
  readonly policyDir: string
  readonly policy: PolicyConfig
  readonly spaces: Readonly<Record<string, { readonly description?: string }>>
  readonly roles: Readonly<Record<string, RoleConfig>>
  /** People who belong to it. */
  readonly members: Readonly<Record<string, MemberConfig>>
  readonly agents: Readonly<Record<string, AgentConfig>>
  readonly approvers: Readonly<Record<string, ApproverConfig>>
  readonly approvals: ApprovalsConfig
  /** When refusals raise an alert, and how many of them have receipts of their own. */
  readonly alerts: RefusalBounds
  /** How long runs have the labels of what they were given. */
  readonly labels: LabelsConfig
  readonly servers: Readonly<Record<string, ServerConfig>>
  readonly tools: ToolsConfig
  /** Namespaces of the built-in record store. */
  readonly memory: Readonly<Record<string, MemoryConfig>>
  readonly budgets: Readonly<Record<string, BudgetConfig>>
  /** How much may be stored. */
  readonly storage: { readonly maxObjectBytes: number; readonly maxTotalBytes: number }
  readonly attributes: AttributesConfig
  readonly ledger: TenantLedgerConfig
}

/**
 * What `portcullis.toml` and the environment say: of tenant `default`, of what all tenants share,
 * and of the other tenants.
 */
export interface Config extends TenantConfig {
  /** How people prove who they are. */
  readonly identity: LoginsConfig
  readonly listen: {
    readonly mcp: ListenConfig
    /** Absent where the local socket alone is for operators. */
    readonly admin?: ListenConfig
  }
  /** What all agents may have together. */
  readonly limits: { readonly answerBytes: number }
  readonly keys: KeysConfig
  readonly oauth: OAuthConfig
  readonly certificates: CertificatesConfig
  readonly ledger: LedgerConfig
  /** Absent where nobody witnesses the ledger. */
  readonly witnesses?: WitnessesConfig
  /** Absent where no model reads tools beside the rules. */
  readonly reviewer?: ReviewerConfig
  /** All but `default`, by name. */
  readonly tenants: Readonly<Record<string, TenantConfig>>
  /** What works but should not stay so, each with file and line. */
  readonly warnings: readonly string[]
}

/** A model that is asked about tools. */
export interface ReviewerConfig {
  readonly kind: 'openai' | 'anthropic'
  readonly url: string
  readonly model: string
  readonly key?: string
  readonly waitMs: number
}

/** How the keys of the ledger are changed. */
export interface KeysConfig {
  /** The file where the private root key may be. */
  readonly root?: string
  readonly rotateEveryMs?: number
  readonly overlapMs: number
}

/** Our own authorization server. */
export interface OAuthConfig {
  /** Absent: where the listener listens. */
  readonly issuer?: string
  readonly delegationDepth: number
  readonly consentTtlMs: number
}

/** What of the ledger is kept and for how long, of one tenant. */
export interface TenantLedgerConfig {
  readonly payloads: {
    readonly keep: 'none' | 'redacted'
    readonly maxBytes: number
    readonly maxTotalBytes: number
  }
  readonly retention: RetentionConfig
  /** Where the arguments of an operation say whom it is about. */
  readonly subjects: SubjectPaths
}

export interface LedgerConfig extends TenantLedgerConfig {
  readonly origin?: string
  readonly postQuantum: boolean
  /** Bytes in a second that are read again behind the writer; 0 for never. */
  readonly scrubRate: number
  /** What of the ledger anybody may read over HTTP. */
  readonly publish: 'none' | 'heads' | 'all'
}

/** Absent is for ever. */
export interface RetentionConfig {
  readonly payloadsMs?: number
  readonly receiptsMs?: number
}

/** What the operator says about things, for policies to read. */
export interface AttributesConfig {
  /** By name, or by the beginning of names with a star last. */
  readonly operations: Readonly<Record<string, JsonObject>>
  readonly resources: Readonly<Record<string, JsonObject>>
  readonly system: JsonObject
}

/** Who cosigns the heads of the ledger, and how long that may take. */
export interface WitnessesConfig {
  readonly tls: PeerTlsConfig
  readonly policy: WitnessPolicy
  readonly intervalMs: number
  readonly answerWaitMs: number
  readonly finalityWaitMs: number
}

export interface PolicyConfig {
  /** Does the directory decide what is in force, or the last push? */
  readonly reload: 'watch' | 'push'
  readonly recording: {
    readonly on: boolean
    readonly maxAgeMs: number
    readonly maxCount: number
  }
}

export interface RoleConfig {
  /** Administrative operations that it permits. */
  readonly permissions: readonly string[]
  readonly description?: string
}

export interface MemberConfig {
  /** Of the whole organisation. */
  readonly roles: readonly string[]
  /** Roles by the space in which they hold. */
  readonly spaces: Readonly<Record<string, readonly string[]>>
  readonly attributes: JsonObject
  readonly description?: string
}

export interface AgentConfig {
  readonly roles: readonly string[]
  readonly team?: string
  readonly space?: string
  readonly version?: string
  /** Of its code, where `portcullis run` starts it. */
  readonly digest?: string
  readonly attributes: JsonObject
  readonly tokenTtlMs: number
  /** What it proves itself with to the authorization server. */
  readonly keys: readonly PublicJwk[]
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly actsFor: readonly string[]
  readonly description?: string
}

export interface BudgetConfig extends Budget {
  readonly description?: string
}

export interface ApproverConfig {
  readonly roles: readonly string[]
  readonly team?: string
  /** Agents that act for this person. */
  readonly agents: readonly string[]
  readonly tokenTtlMs: number
  readonly description?: string
}

export interface LabelsConfig {
  readonly windowMs: number
}

export interface ApprovalsConfig {
  /** How long a call waits for approval before the agent is told to ask again. */
  readonly waitMs: number
  readonly pendingPerAgent: number
  readonly pending: number
}

/** What is asked of what goes to the tools of a server and comes from them. */
export interface PayloadChecks {
  /** May tools be called whose schema cannot be used? */
  readonly schema: 'strict' | 'lenient'
  readonly sanitise: 'strict' | 'on' | 'mark' | 'off'
}

export type ServerConfig = StdioServerConfig | HttpServerConfig

export interface StdioServerConfig extends PayloadChecks {
  readonly transport: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly protocol: StdioProtocol
  readonly callTimeoutMs: number
  /** Has each agent a session or process of its own? */
  readonly isolation: 'agent' | 'shared'
  readonly space?: string
  /** Declared obligations that the server fulfils: `NAME` or `NAME=VALUE`. */
  readonly fulfils: readonly string[]
  /** Absent where no signatures of its tools are asked for. */
  readonly schemapin?: SchemaPinConfig
  /** In place of `tools.trust`. */
  readonly trust?: TrustMode
}

export interface HttpServerConfig extends PayloadChecks {
  readonly transport: 'http'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: HttpProtocol
  readonly callTimeoutMs: number
  /** Has each agent a session or process of its own? */
  readonly isolation: 'agent' | 'shared'
  readonly space?: string
  /** Declared obligations that the server fulfils: `NAME` or `NAME=VALUE`. */
  readonly fulfils: readonly string[]
  /** In place of `tools.trust`. */
  readonly trust?: TrustMode
  readonly tls: PeerTlsConfig
  /** Absent where no signatures of its tools are asked for. */
  readonly schemapin?: SchemaPinConfig
  /** What the server shows when it asks the runtime about a token. */
  readonly introspectionSecret?: string
}

/** When what servers say of their tools is trusted. */
export interface ToolsConfig {
  readonly trust: TrustMode
  /** How often servers are asked for their tools. */
  readonly relistMs: number
}

export interface MemoryConfig {
  readonly description?: string
  /** A JSON file that fills the namespace while it is empty: an object of values by key. */
  readonly seed?: string
  readonly space?: string
  /** Declared obligations that are fulfilled here: `NAME` or `NAME=VALUE`. */
  readonly fulfils: readonly string[]
}

/** Where one of the doors listens. */
export interface ListenConfig {
  readonly host: string
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly tls?: ListenTlsConfig
}
