import type { AdminRoute } from '../contract/admin-api.ts'
import type {
  AgentKeyAddition,
  AgentKeyList,
  OpenRegistration,
  RegistrationRequest,
} from '../contract/agent-clients.ts'

export type { AgentKeyList, OpenRegistration, RegistrationRequest }

/** The part of the admin client about agents as clients of the authorization server. */
export interface AgentClient {
  agentKeys(agent: string): Promise<AgentKeyList>
  addAgentKey(agent: string, request: AgentKeyAddition): Promise<AgentKeyList>
  removeAgentKey(agent: string, kid: string): Promise<AgentKeyList>
  openRegistration(agent: string, request: RegistrationRequest): Promise<OpenRegistration>
}

interface Call {
  readonly method: AdminRoute['method']
  readonly path: string
  readonly body?: object
}

export function agentClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const post = { method: 'POST' } as const
  const of = (agent: string) => `/v1/agents/${encodeURIComponent(agent)}`
  return {
    agentKeys: (agent: string) => json({ method: 'GET', path: `${of(agent)}/keys` }),
    addAgentKey: (agent: string, body: AgentKeyAddition) =>
      json({ ...post, path: `${of(agent)}/keys`, body }),
    removeAgentKey: (agent: string, kid: string) =>
      json({ ...post, path: `${of(agent)}/keys/${encodeURIComponent(kid)}/remove` }),
    openRegistration: (agent: string, body: RegistrationRequest) =>
      json({ ...post, path: `${of(agent)}/registrations`, body }),
  }
}
