import { hash } from 'node:crypto'
import type { Credential } from './credential.ts'

/** Credentials that are remembered. */
export const KNOWN_CREDENTIALS_LIMIT = 10_000

/**
 * Credentials that proved somebody before, by digest; those that were not used for longest make
 * room. It proves nothing: it says who may ask although a neighbour has to wait.
 */
export class KnownCredentials {
  readonly #digests = new Set<string>()
  readonly #limit: number

  constructor(limit = KNOWN_CREDENTIALS_LIMIT) {
    this.#limit = limit
  }

  has(credential: Credential): boolean {
    return this.#digests.has(digestOf(credential))
  }

  add(credential: Credential): void {
    const digest = digestOf(credential)
    if (!this.#digests.delete(digest) && this.#digests.size >= this.#limit) this.#forgetOldest()
    this.#digests.add(digest)
  }

  remove(credential: Credential): void {
    this.#digests.delete(digestOf(credential))
  }

  #forgetOldest(): void {
    const [oldest] = this.#digests
    if (oldest !== undefined) this.#digests.delete(oldest)
  }
}

function digestOf(credential: Credential): string {
  switch (credential.kind) {
    case 'none':
    case 'admin-socket':
      return credential.kind
    case 'certificate':
      return credential.certificate.thumbprint
    case 'bearer':
    case 'dpop':
      return hash('sha256', credential.token, 'base64')
    default:
      return credential satisfies never
  }
}
