import type { FastifyInstance } from 'fastify'
import type { AgentPath } from '../../contract/admin-api.ts'
import type {
  AgentStanding,
  SessionEnded,
  SessionEnding,
  SessionList,
  SessionPath,
  StandingReason,
} from '../../contract/standing.ts'
import { routeOf } from './route-of.ts'

/** What may be taken back, and given back. Each may throw a `PortcullisError`. */
export interface StandingOperations {
  suspendAgent(name: string, request: StandingReason): Promise<AgentStanding>
  resumeAgent(name: string, request: StandingReason): Promise<AgentStanding>
  revokeAgent(name: string, request: StandingReason): Promise<AgentStanding>
  sessions(): SessionList
  endSession(id: string, request: SessionEnding): Promise<SessionEnded>
}

export function addStanding(server: FastifyInstance, operations: StandingOperations): void {
  for (const name of ['suspendAgent', 'resumeAgent', 'revokeAgent'] as const) {
    server.route<{ Params: AgentPath; Body: StandingReason }>({
      ...routeOf(name),
      handler: async ({ params, body }) => operations[name](params.name, body),
    })
  }
  server.route({ ...routeOf('sessions'), handler: async () => operations.sessions() })
  server.route<{ Params: SessionPath; Body: SessionEnding }>({
    ...routeOf('endSession'),
    handler: async ({ params, body }) => operations.endSession(params.id, body),
  })
}
