import type { AccessCandidate } from './access-candidate.ts'
import { type CandidateMemory, candidateMemory } from './memory-connector.ts'
import { type ClientOptions, settingsOf } from './options.ts'
import { createSend, type Send } from './send.ts'
import { type CandidateStorage, candidateStorage } from './storage-connector.ts'
import { type CandidateTools, candidateTools } from './tool-connector.ts'

/** A connector, once it is said as whom. */
export interface Connector<Scoped> {
  user(candidate: AccessCandidate): Scoped
  /** The same, by its other name. */
  requester(candidate: AccessCandidate): Scoped
}

/** What a runtime offers, over one connection. */
export interface Connectors {
  getStorageConnector(): Connector<CandidateStorage>
  getMemoryConnector(): Connector<CandidateMemory>
  getToolConnector(): Connector<CandidateTools>
}

/**
 * The connectors of one runtime, for programs that speak to several or as several.
 * @throws ClientError `CLIENT_NOT_CONFIGURED`.
 */
export function connect(options: ClientOptions = {}): Connectors {
  const send = createSend(settingsOf(options))
  const connector = <Scoped>(scope: (send: Send, candidate: AccessCandidate) => Scoped) => {
    const user = (candidate: AccessCandidate) => scope(send, candidate)
    return { user, requester: user }
  }
  return {
    getStorageConnector: () => connector(candidateStorage),
    getMemoryConnector: () => connector(candidateMemory),
    getToolConnector: () => connector(candidateTools),
  }
}

let connected: Connectors | undefined
const current = (): Connectors => {
  connected ??= connect()
  return connected
}

/**
 * The connectors of the runtime that the environment names (`PORTCULLIS_URL`, `PORTCULLIS_TOKEN`),
 * or that `init` was given.
 *
 * @example
 * const candidate = AccessCandidate.agent(agentId)
 * const storage = ConnectorService.getStorageConnector().user(candidate)
 * await storage.write('results.json', data)
 */
export const ConnectorService: Connectors & { init(options?: ClientOptions): void } = {
  init(options) {
    connected = connect(options)
  },
  getStorageConnector: () => current().getStorageConnector(),
  getMemoryConnector: () => current().getMemoryConnector(),
  getToolConnector: () => current().getToolConnector(),
}
