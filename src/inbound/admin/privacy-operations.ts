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
  SubjectName,
} from '../../contract/privacy.ts'

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
