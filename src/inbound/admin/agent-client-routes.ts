import type { FastifyInstance } from 'fastify'
import type {
  AgentKeyAddition,
  AgentKeyList,
  AgentKeyPath,
  AgentName,
  OpenRegistration,
  RegistrationRequest,
} from '../../contract/agent-clients.ts'
import { routeOf } from './route-of.ts'

/** What may be done about agents as clients. Each may throw a `PortcullisError`. */
export interface AgentClientOperations {
  agentKeys(agent: string): AgentKeyList | Promise<AgentKeyList>
  addAgentKey(agent: string, request: AgentKeyAddition): Promise<AgentKeyList>
  removeAgentKey(agent: string, kid: string): Promise<AgentKeyList>
  openRegistration(agent: string, request: RegistrationRequest): Promise<OpenRegistration>
}

export function addAgentClients(server: FastifyInstance, operations: AgentClientOperations): void {
  server.route<{ Params: AgentName }>({
    ...routeOf('agentKeys'),
    handler: async ({ params }) => operations.agentKeys(params.name),
  })
  server.route<{ Params: AgentName; Body: AgentKeyAddition }>({
    ...routeOf('addAgentKey'),
    handler: async ({ params, body }) => operations.addAgentKey(params.name, body),
  })
  server.route<{ Params: AgentKeyPath }>({
    ...routeOf('removeAgentKey'),
    handler: async ({ params }) => operations.removeAgentKey(params.name, params.kid),
  })
  server.route<{ Params: AgentName; Body: RegistrationRequest }>({
    ...routeOf('openRegistration'),
    handler: async ({ params, body }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.openRegistration(params.name, body)
    },
  })
}
