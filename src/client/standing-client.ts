import type {
  AgentStanding,
  AgentView,
  SessionEnded,
  SessionEnding,
  SessionList,
  StandingReason,
} from '../contract/standing.ts'

/** Taking back what was proved, as a client of a running runtime. */
export interface StandingClient {
  showAgent(name: string): Promise<AgentView>
  suspendAgent(name: string, request?: StandingReason): Promise<AgentStanding>
  resumeAgent(name: string, request?: StandingReason): Promise<AgentStanding>
  revokeAgent(name: string, request?: StandingReason): Promise<AgentStanding>
  sessions(): Promise<SessionList>
  endSession(id: string, request?: SessionEnding): Promise<SessionEnded>
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
}

export function standingClient<T>(json: (call: Call) => Promise<T>) {
  const post = (path: string, body: object) => json({ method: 'POST', path, body })
  const agent = (name: string) => `/v1/agents/${encodeURIComponent(name)}`
  return {
    showAgent: (name: string) => json({ method: 'GET', path: agent(name) }),
    suspendAgent: (name: string, body: StandingReason = {}) => post(`${agent(name)}/suspend`, body),
    resumeAgent: (name: string, body: StandingReason = {}) => post(`${agent(name)}/resume`, body),
    revokeAgent: (name: string, body: StandingReason = {}) => post(`${agent(name)}/revoke`, body),
    sessions: () => json({ method: 'GET', path: '/v1/sessions' }),
    endSession: (id: string, body: SessionEnding = {}) =>
      post(`/v1/sessions/${encodeURIComponent(id)}/end`, body),
  }
}
