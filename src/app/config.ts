export type {
  AgentConfig,
  ApprovalsConfig,
  ApproverConfig,
  Config,
  HttpServerConfig,
  LabelsConfig,
  ListenConfig,
  MemoryConfig,
  RetentionConfig,
  ReviewerConfig,
  ServerConfig,
  StdioServerConfig,
  TenantConfig,
} from './config/config.ts'
export { configDigest } from './config/config-digest.ts'
export { parseDuration } from './config/duration.ts'
export { type LoadOptions, loadConfig } from './config/load-config.ts'
