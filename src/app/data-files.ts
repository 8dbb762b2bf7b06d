import { join } from 'node:path'

/** The keys of a data directory. */
export function keysDirectory(dataDir: string): string {
  return join(dataDir, 'keys')
}

/** The ledger of a data directory. */
export function ledgerDirectory(dataDir: string): string {
  return join(dataDir, 'ledger')
}

/** What policies read of decided requests, sealed. */
export function requestsFile(dataDir: string): string {
  return join(dataDir, 'requests.db')
}

/** The keys of subjects, wrapped. */
export function dataKeysFile(dataDir: string): string {
  return join(dataDir, 'data-keys.db')
}

/** Records of agents, and requests for approval. */
export function stateFile(dataDir: string): string {
  return join(dataDir, 'state.db')
}

/** The policy versions that came into force. */
export function versionsDirectory(dataDir: string): string {
  return join(dataDir, 'policy-versions')
}

/** The access control lists. */
export function aclFile(dataDir: string): string {
  return join(dataDir, 'acl.db')
}

/** The stored objects, a folder for each tenant. */
export function storageDirectory(dataDir: string): string {
  return join(dataDir, 'storage')
}

/** Where the counts of what was used are kept. */
export function usageFile(dataDir: string): string {
  return join(dataDir, 'usage.db')
}

/** What of all that was proved has been taken back. */
export function standingFile(dataDir: string): string {
  return join(dataDir, 'standing.db')
}

/** What was approved of tools. */
export function toolPinsFile(dataDir: string): string {
  return join(dataDir, 'tool-pins.db')
}

/** Members and grants that operators administer, of all tenants. */
export function directoryFile(dataDir: string): string {
  return join(dataDir, 'directory.db')
}

/** What the authorization server keeps. */
export function oauthFile(dataDir: string): string {
  return join(dataDir, 'oauth.db')
}

/** The accounts of people, their sessions and the tokens of their programs. */
export function accountsFile(dataDir: string): string {
  return join(dataDir, 'accounts.db')
}

/** Which keys sign tools, as first seen or confirmed, and which were revoked. Of all tenants. */
export function signingKeysFile(dataDir: string): string {
  return join(dataDir, 'signing-keys.db')
}
