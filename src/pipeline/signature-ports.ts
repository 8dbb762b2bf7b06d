import type { KeyPin, PinLevel } from '../kernel/tools/schemapin/key-pin.ts'
import type { Verification } from '../kernel/tools/schemapin/verification.ts'
import type { DefinedTool } from './tool-ports.ts'

/** What the configuration asks of a server: nothing, a warning, or a refusal. */
export type SignatureLevel = 'off' | 'warn' | 'require'

export interface SignatureVerdict {
  readonly level: SignatureLevel
  /** As far as signatures go, may the tool be shown and called? */
  readonly accepted: boolean
  /** Absent where the configuration asks for no signature. */
  readonly verification?: Verification
}

/** Whether tools are signed by those whom the configuration names. */
export interface ToolSignatures {
  /**
   * May wait for documents of the signer, for a bounded time.
   * @throws PortcullisError `KEY_PINS_UNAVAILABLE`: then nothing is accepted.
   */
  verify(tool: DefinedTool): Promise<SignatureVerdict>
  /**
   * What is known without waiting; nothing for what has not been verified yet. What is not known,
   * or has been known for long, is verified meanwhile.
   */
  known(tool: DefinedTool): SignatureVerdict | undefined
  /**
   * Calls the listener when another verdict was reached than before, or one counts no more. Returns
   * what ends that.
   */
  onVerdict(listener: () => void): () => void
}

/** Which key counts for which domain, and which will never count again. */
export interface KeyPins {
  /** @throws PortcullisError `KEY_PINS_UNAVAILABLE`, as do the others. */
  get(domain: string): KeyPin | undefined
  /** In place of what was pinned. Durable when it returns. */
  put(domain: string, pin: KeyPin): void
  isRevoked(fingerprint: string): boolean
  /** For good: whoever took over a domain could take its revocation back. */
  revoke(fingerprint: string, at: number): void
}

/** Where a signer's documents come from. Documents are as found: nothing in them is believed. */
export interface SignerDocuments {
  /**
   * Nothing where there is none here.
   * @throws Fault `discovery_fetch_failed` where that cannot be told; `bundle_expired`.
   */
  discovery(domain: string): Promise<FoundDiscovery | undefined>
  /**
   * Standalone revocation documents. `endpoint` is what the discovery document names.
   * @throws Fault `discovery_fetch_failed`.
   */
  revocations(domain: string, endpoint: string | undefined): Promise<readonly unknown[]>
}

export interface FoundDiscovery {
  readonly document: unknown
  /** How finding it here confirms its key. */
  readonly level: PinLevel
}
