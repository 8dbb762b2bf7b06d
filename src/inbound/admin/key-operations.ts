import type {
  KeyCompromise,
  KeyList,
  KeyRetirement,
  KeyRotation,
  TrustDraft,
  TrustFileText,
} from '../../contract/keys.ts'

/** What may be done about the keys of the ledger. Each may throw a `PortcullisError`. */
export interface KeyOperations {
  keys(): KeyList | Promise<KeyList>
  rotateKey(request: KeyRotation): Promise<KeyList>
  retireKey(request: KeyRetirement): Promise<KeyList>
  compromiseKey(id: string, request: KeyCompromise): Promise<KeyList>
  draftTrust(request: TrustDraft): Promise<TrustFileText>
  publishTrust(request: TrustFileText): Promise<KeyList>
}
