import type { FastifyInstance } from 'fastify'
import type {
  CaRoots,
  CaRotation,
  IssuedSvid,
  Noted,
  StrangerReport,
  SvidPath,
  SvidRequest,
} from '../../contract/certificates.ts'
import { routeOf } from './route-of.ts'

/** What may be done about certificates. Each may throw a `PortcullisError`. */
export interface CertificateOperations {
  issueSvid(agent: string, request: SvidRequest): Promise<IssuedSvid>
  endSvid(serial: string): Promise<Noted>
  reportStrangers(serial: string, report: StrangerReport): Promise<Noted>
  ca(): Promise<CaRoots>
  rotateCa(request: CaRotation): Promise<CaRoots>
}

export function addCertificates(server: FastifyInstance, operations: CertificateOperations): void {
  server.route<{ Params: { name: string }; Body: SvidRequest }>({
    ...routeOf('issueSvid'),
    handler: async ({ params, body }) => operations.issueSvid(params.name, body),
  })
  server.route<{ Params: SvidPath }>({
    ...routeOf('endSvid'),
    handler: async ({ params }) => operations.endSvid(params.serial),
  })
  server.route<{ Params: SvidPath; Body: StrangerReport }>({
    ...routeOf('reportStrangers'),
    handler: async ({ params, body }) => operations.reportStrangers(params.serial, body),
  })
  server.route({ ...routeOf('ca'), handler: async () => operations.ca() })
  server.route<{ Body: CaRotation }>({
    ...routeOf('rotateCa'),
    handler: async ({ body }) => operations.rotateCa(body),
  })
}
