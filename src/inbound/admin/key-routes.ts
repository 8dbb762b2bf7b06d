import type { FastifyInstance } from 'fastify'
import type {
  KeyCompromise,
  KeyList,
  KeyPath,
  KeyRetirement,
  KeyRotation,
  TrustDraft,
  TrustFileText,
} from '../../contract/keys.ts'
import { routeOf } from './route-of.ts'

/** What may be done about the keys of the ledger. Each may throw a `PortcullisError`. */
export interface KeyOperations {
  keys(): KeyList | Promise<KeyList>
  rotateKey(request: KeyRotation): Promise<KeyList>
  retireKey(request: KeyRetirement): Promise<KeyList>
  compromiseKey(id: string, request: KeyCompromise): Promise<KeyList>
  draftTrust(request: TrustDraft): Promise<TrustFileText>
  publishTrust(request: TrustFileText): Promise<KeyList>
}

export function addKeys(server: FastifyInstance, operations: KeyOperations): void {
  server.route({ ...routeOf('keys'), handler: async () => operations.keys() })
  server.route<{ Body: KeyRotation }>({
    ...routeOf('rotateKey'),
    handler: async ({ body }) => operations.rotateKey(body),
  })
  server.route<{ Body: KeyRetirement }>({
    ...routeOf('retireKey'),
    handler: async ({ body }) => operations.retireKey(body),
  })
  server.route<{ Params: KeyPath; Body: KeyCompromise }>({
    ...routeOf('compromiseKey'),
    handler: async ({ params, body }) => operations.compromiseKey(params.id, body),
  })
  server.route<{ Body: TrustDraft }>({
    ...routeOf('draftTrust'),
    handler: async ({ body }) => operations.draftTrust(body),
  })
  server.route<{ Body: TrustFileText }>({
    ...routeOf('publishTrust'),
    handler: async ({ body }) => operations.publishTrust(body),
  })
}
