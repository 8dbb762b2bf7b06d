// Public: the SDK for agents, which runs in browsers too. Named exports only.
export { AccessCandidate } from './client/sdk/access-candidate.ts'
export { ACL, type AccessEntry, AccessLevel } from './client/sdk/access-list.ts'
export type { AccessMethods } from './client/sdk/access-methods.ts'
export { ClientError } from './client/sdk/client-error.ts'
export {
  type Connector,
  ConnectorService,
  type Connectors,
  connect,
} from './client/sdk/connector-service.ts'
export type { CandidateMemory, MemoryRecord } from './client/sdk/memory-connector.ts'
export type { ClientOptions, ClientPorts, TokenSource } from './client/sdk/options.ts'
export type { CallOptions } from './client/sdk/send.ts'
export type { CandidateStorage, WriteOptions } from './client/sdk/storage-connector.ts'
export type { Storable, StoredObject, StoredObjectInfo } from './client/sdk/stored-object.ts'
export type { CandidateTools } from './client/sdk/tool-connector.ts'
export type { ErrorCode } from './kernel/errors.ts'
