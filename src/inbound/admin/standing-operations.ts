import type {
  AgentStanding,
  AgentView,
  SessionEnded,
  SessionEnding,
  SessionList,
  StandingReason,
} from '../../contract/standing.ts'

/** What may be taken back, and given back. Each may throw a `PortcullisError`. */
export interface StandingOperations {
  showAgent(name: string): AgentView
  suspendAgent(name: string, request: StandingReason): Promise<AgentStanding>
  resumeAgent(name: string, request: StandingReason): Promise<AgentStanding>
  revokeAgent(name: string, request: StandingReason): Promise<AgentStanding>
  sessions(): SessionList
  endSession(id: string, request: SessionEnding): Promise<SessionEnded>
}
