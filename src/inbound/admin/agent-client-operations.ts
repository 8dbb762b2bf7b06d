import type {
  AgentKeyAddition,
  AgentKeyList,
  OpenRegistration,
  RegistrationRequest,
} from '../../contract/agent-clients.ts'

/** What may be done about agents as clients. Each may throw a `PortcullisError`. */
export interface AgentClientOperations {
  agentKeys(agent: string): AgentKeyList | Promise<AgentKeyList>
  addAgentKey(agent: string, request: AgentKeyAddition): Promise<AgentKeyList>
  removeAgentKey(agent: string, kid: string): Promise<AgentKeyList>
  openRegistration(agent: string, request: RegistrationRequest): Promise<OpenRegistration>
}
