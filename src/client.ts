// Public: the admin API of a running runtime. Named exports only.
export { type AdminClient, type AdminClientOptions, adminClient } from './client/admin-client.ts'
