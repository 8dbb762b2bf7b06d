import type { FastifyInstance, FastifyRequest } from 'fastify'
import type {
  ApprovalDetail,
  ApprovalList,
  ApprovalPath,
  ApprovalQuery,
  ApproverPath,
  ApproverTokenRequest,
  Ballot,
  IssuedApproverToken,
} from '../../contract/approvals.ts'
import { routeOf } from './route-of.ts'

/** What may be done about held actions. Each may throw a `PortcullisError`. */
export interface ApprovalOperations {
  listApprovals(query: ApprovalQuery): ApprovalList
  showApproval(id: string): ApprovalDetail
  /** `token` proves who votes: being able to open the socket does not. */
  voteApproval(id: string, ballot: Ballot, token: string | undefined): Promise<ApprovalDetail>
  issueApproverToken(name: string, request: ApproverTokenRequest): Promise<IssuedApproverToken>
}

export function addApprovals(server: FastifyInstance, operations: ApprovalOperations): void {
  server.route<{ Querystring: ApprovalQuery }>({
    ...routeOf('listApprovals'),
    handler: async ({ query }) => operations.listApprovals(query),
  })
  server.route<{ Params: ApprovalPath }>({
    ...routeOf('showApproval'),
    handler: async ({ params }) => operations.showApproval(params.id),
  })
  server.route<{ Params: ApprovalPath; Body: Ballot }>({
    ...routeOf('voteApproval'),
    handler: async (request) =>
      operations.voteApproval(request.params.id, request.body, bearerOf(request)),
  })
  server.route<{ Params: ApproverPath; Body: ApproverTokenRequest }>({
    ...routeOf('issueApproverToken'),
    handler: async ({ params, body }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.issueApproverToken(params.name, body)
    },
  })
}

function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}
