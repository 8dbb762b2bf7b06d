// Public: what is exported here is kept. Named exports only.
export { type Config, loadConfig } from './app/config.ts'
export { type Runtime, type RuntimeOptions, startRuntime } from './app/main.ts'
export { type ErrorCode, PortcullisError } from './kernel/errors.ts'
export type { AccountConnector, ConnectorAnswer, Log, PasswordClaim } from './pipeline/ports.ts'
