// Public: the SDK for agents, and the admin API of a running runtime, which takes Node.
export { type AdminClient, type AdminClientOptions, adminClient } from './client/admin-client.ts'
export * from './sdk.ts'
