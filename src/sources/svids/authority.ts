import { type IssuedLeaf, issueLeaf, type LeafRequest, type SigningRoot } from './certificates.ts'
import type { Authorities } from './read-svid.ts'
import { type TrustBundle, trustBundle } from './trust-bundle.ts'

/** How long a root is announced before it signs, so that all who trust us know it; in ms. */
export const ANNOUNCED_MS = 5 * 60_000
/** Longest life of an SVID, in milliseconds: so long the root before is trusted still. */
export const MAX_SVID_TTL_MS = 24 * 3_600_000

/** Where the roots and their keys are kept. Times in milliseconds since the epoch. */
export interface RootKeys {
  readonly roots: readonly KeptRoot[]
  trusted(now: number): readonly KeptRoot[]
  signer(now: number): SigningRoot
  rotate(rotation: { now: number; activates: number; retires: number }): Promise<void>
}

export interface KeptRoot {
  readonly generation: number
  readonly cert: string
  readonly activates: number
  readonly retires?: number
}

/** Our own certificate authority. */
export class Authority {
  readonly trustDomain: string
  readonly #keys: RootKeys
  readonly #listeners = new Set<() => Promise<void> | void>()

  constructor(trustDomain: string, keys: RootKeys) {
    this.trustDomain = trustDomain
    this.#keys = keys
  }

  /** Those that are trusted, with one that is only announced yet. */
  roots(now: number): readonly KeptRoot[] {
    return this.#keys.trusted(now)
  }

  at(now: number): Authorities {
    return { trustDomain: this.trustDomain, roots: this.roots(now).map(({ cert }) => cert) }
  }

  bundle(now: number): TrustBundle {
    const { roots } = this.at(now)
    // Each root that came and each that went counts one.
    const came = this.#keys.roots.at(-1)?.generation ?? 0
    return trustBundle(roots, came + came - roots.length)
  }

  /** @throws PortcullisError `REQUEST_INVALID` for a key that is not of P-256. */
  issue(request: LeafRequest): Promise<IssuedLeaf> {
    return issueLeaf(this.#keys.signer(request.now), request)
  }

  /**
   * Lets another root follow. It is announced first, and the one before trusted until the last SVID
   * of its own has ended; in an emergency neither is waited for. Resolves when all who listen have
   * done what they do about it.
   */
  async rotate(now: number, { emergency }: { readonly emergency: boolean }): Promise<void> {
    const activates = emergency ? now : now + ANNOUNCED_MS
    const retires = emergency ? now : activates + MAX_SVID_TTL_MS
    await this.#keys.rotate({ now, activates, retires })
    await Promise.all([...this.#listeners].map((listener) => listener()))
  }

  /** Calls `listener` once other roots are trusted. Returns what ends that. */
  onChange(listener: () => Promise<void> | void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
