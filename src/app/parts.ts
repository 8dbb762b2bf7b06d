/**
 * What ships: every part that is not the kernel or the pipeline, by the port it fills. To add one,
 * write its folder and name it here; `compose.ts` connects them.
 */

export { connectMcpServers } from '../connectors/mcp/mcp-servers.ts'
export { memoryConnector, seedNamespace } from '../connectors/memory/memory-connector.ts'
export { startAdminServer } from '../inbound/admin/admin-server.ts'
export { createIntrospectionDoor } from '../inbound/introspection/introspection-door.ts'
export { clientCertificateOf } from '../inbound/mcp/client-certificates.ts'
export { createMcpDoor } from '../inbound/mcp/door.ts'
export { createMcpServer } from '../inbound/mcp/server.ts'
export { createOAuthDoor } from '../inbound/oauth/door.ts'
export { MCP_RESOURCE_METADATA } from '../inbound/oauth/places.ts'
export { createTilesDoor } from '../inbound/tiles/tiles-door.ts'
export { createTrustDoor } from '../inbound/trust/trust-door.ts'
export { createWitnessServer } from '../inbound/witness/witness-server.ts'
export type { HeadSource } from '../monitors/witnesses/head-source.ts'
export { startWitnessing } from '../monitors/witnesses/start-witnessing.ts'
export { agentTokens } from '../sources/agent-tokens/agent-tokens.ts'
export { principalOf } from '../sources/agent-tokens/principal-of.ts'
export { approverTokens } from '../sources/approver-tokens/approver-tokens.ts'
export { declaredAttributes } from '../sources/declared-attributes/declared-attributes.ts'
export { dpopNonces } from '../sources/dpop-nonces.ts'
export { type DpopProofs, dpopProofs } from '../sources/dpop-proof.ts'
export { oauthTokens } from '../sources/oauth-tokens/oauth-tokens.ts'
export { openPolicyFiles } from '../sources/policy-files/policy-files.ts'
export { openDirectory } from '../stores/directory/open-directory.ts'
export { type Keys, openKeys } from '../stores/keys-file/open-keys.ts'
export { openTenantKey } from '../stores/keys-file/tenant-key.ts'
export {
  newWitnessKeys,
  readWitnessKeys,
  type WitnessKeys,
  writeWitnessKeys,
} from '../stores/keys-file/witness-keys.ts'
export { openOAuth } from '../stores/oauth/open-oauth.ts'
export { openHolds } from '../stores/payloads/open-holds.ts'
export { openPayloads } from '../stores/payloads/open-payloads.ts'
export { sealedTexts } from '../stores/payloads/sealed-texts.ts'
export { policyVersions } from '../stores/policy-versions/policy-versions.ts'
export { IndexFollower } from '../stores/segments/follow-index.ts'
export { openLedger } from '../stores/segments/open-ledger.ts'
export { planPruning as planLedgerPruning } from '../stores/segments/plan-pruning.ts'
export { pruneLedger } from '../stores/segments/prune-ledger.ts'
export { readLedger } from '../stores/segments/read-ledger.ts'
export { scrubLedger } from '../stores/segments/scrub.ts'
export { openApprovals } from '../stores/sqlite/approvals.ts'
export { migrateRequests } from '../stores/sqlite/migrate-requests.ts'
export { openUsage } from '../stores/sqlite/open-usage.ts'
export { recordRequests } from '../stores/sqlite/record-requests.ts'
export { openRecords } from '../stores/sqlite/records.ts'
export { WitnessBook } from '../stores/sqlite/witness-book.ts'
export { openStandingFile } from '../stores/standing/standing-file.ts'
