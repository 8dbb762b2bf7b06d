import type { FastifyInstance } from 'fastify'
import type {
  Erased,
  ErasureRequest,
  HoldList,
  HoldPath,
  HoldRemoval,
  HoldRequest,
  PayloadPath,
  Pruned,
  PruneRequest,
  Pseudonym,
  ShownPayloads,
  StandingHold,
  SubjectName,
} from '../../contract/privacy.ts'
import { routeOf } from './route-of.ts'

/** What may be done about whose data is kept. Each may throw a `PortcullisError`. */
export interface PrivacyOperations {
  eraseSubject(request: ErasureRequest): Promise<Erased>
  findSubject(request: SubjectName): Pseudonym
  showPayloads(receipt: string): Promise<ShownPayloads>
  listHolds(): HoldList
  addHold(request: HoldRequest): Promise<StandingHold>
  removeHold(id: string, request: HoldRemoval): Promise<StandingHold>
  prune(request: PruneRequest): Promise<Pruned>
}

export function addPrivacy(server: FastifyInstance, operations: PrivacyOperations): void {
  server.route<{ Body: ErasureRequest }>({
    ...routeOf('eraseSubject'),
    handler: async ({ body }) => operations.eraseSubject(body),
  })
  server.route<{ Body: SubjectName }>({
    ...routeOf('findSubject'),
    handler: async ({ body }) => operations.findSubject(body),
  })
  server.route<{ Params: PayloadPath }>({
    ...routeOf('showPayloads'),
    handler: async ({ params }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.showPayloads(params.receipt)
    },
  })
  server.route({ ...routeOf('listHolds'), handler: async () => operations.listHolds() })
  server.route<{ Body: HoldRequest }>({
    ...routeOf('addHold'),
    handler: async ({ body }) => operations.addHold(body),
  })
  server.route<{ Params: HoldPath; Body: HoldRemoval }>({
    ...routeOf('removeHold'),
    handler: async ({ params, body }) => operations.removeHold(params.id, body),
  })
  server.route<{ Body: PruneRequest }>({
    ...routeOf('prune'),
    handler: async ({ body }) => operations.prune(body),
  })
}
