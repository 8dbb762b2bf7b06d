import type { AdminRoute } from '../contract/admin-api.ts'
import type {
  Erased,
  ErasureRequest,
  HoldList,
  HoldRemoval,
  HoldRequest,
  Pruned,
  PruneRequest,
  Pseudonym,
  ShownPayloads,
  StandingHold,
} from '../contract/privacy.ts'

export type { Erased, HoldList, HoldRequest, Pruned, ShownPayloads, StandingHold }

/** The part of the admin client about erasure, holds and kept payloads. */
export interface PrivacyClient {
  eraseSubject(request: ErasureRequest): Promise<Erased>
  findSubject(subject: string): Promise<Pseudonym>
  showPayloads(receipt: string): Promise<ShownPayloads>
  listHolds(): Promise<HoldList>
  addHold(request: HoldRequest): Promise<StandingHold>
  removeHold(id: string, request: HoldRemoval): Promise<StandingHold>
  prune(request: PruneRequest): Promise<Pruned>
}

interface Call {
  readonly method: AdminRoute['method']
  readonly path: string
  readonly body?: object
  readonly timeoutMs?: number
}

/** How long an erasure or a pruning may take, in ms: files are written anew. */
export const REWRITING_TIMEOUT_MS = 600_000

export function privacyClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const post = { method: 'POST' } as const
  return {
    eraseSubject: (body: ErasureRequest) =>
      json({ ...post, path: '/v1/subjects/erase', body, timeoutMs: REWRITING_TIMEOUT_MS }),
    findSubject: (subject: string) =>
      json({ ...post, path: '/v1/subjects/find', body: { subject } }),
    showPayloads: (receipt: string) =>
      json({ ...post, path: `/v1/payloads/${encodeURIComponent(receipt)}` }),
    listHolds: () => json({ method: 'GET', path: '/v1/holds' }),
    addHold: (body: HoldRequest) => json({ ...post, path: '/v1/holds', body }),
    removeHold: (id: string, body: HoldRemoval) =>
      json({ ...post, path: `/v1/holds/${encodeURIComponent(id)}/remove`, body }),
    prune: (body: PruneRequest) =>
      json({ ...post, path: '/v1/ledger/prune', body, timeoutMs: REWRITING_TIMEOUT_MS }),
  }
}
