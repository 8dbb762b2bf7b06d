import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { canonical } from '../../kernel/receipt/canonical.ts'
import {
  formatSignature,
  formatVerifierKey,
  logVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from '../../kernel/tlog/note.ts'

/** A key that signs checkpoints. Its name is the origin of the node log. */
export interface LedgerSigner {
  readonly name: string
  /** An Ed25519 private key. */
  readonly key: KeyObject
}

/** The key of a ledger, and while it is being replaced the one before it. */
export interface LedgerSigners {
  readonly active: LedgerSigner
  /** Signs every checkpoint too, so that who knows only the old key can go on. */
  readonly retiring?: LedgerSigner | undefined
}

/** The public half of a signer under the name of a log, as a `vkey`. */
export function vkeyOf({ name, key }: LedgerSigner): string {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return formatVerifierKey(name, der.subarray(-32))
}

/** Signs checkpoints of a node log and of all logs below it, each under its own name. */
export class NoteSigner {
  readonly #signers: readonly NamedKeys[]

  constructor({ active, retiring }: LedgerSigners) {
    this.#signers = [active, ...(retiring === undefined ? [] : [retiring])].map(
      (signer) => new NamedKeys(signer),
    )
  }

  /** The text of a checkpoint with one signature line for each key. */
  sign(origin: string, text: string): string {
    const bytes = Buffer.from(text, 'utf8')
    const lines = this.#signers.map((signer) =>
      formatSignature(signer.named(origin), sign(null, bytes, signer.key)),
    )
    return `${text}\n${lines.join('')}`
  }

  /** The keys that checkpoints of a log may be signed with, the active one first. */
  keys(origin: string): readonly VerifierKey[] {
    return this.#signers.map((signer) => signer.named(origin))
  }

  /** A signature over something that is no checkpoint, by the active key. */
  seal(value: unknown): Buffer {
    const [active] = this.#signers
    return sign(null, sealed(value), active?.key ?? unreachableKey())
  }
}

/** What is signed to seal a value: no checkpoint begins with these words. */
export function sealed(value: unknown): Buffer {
  return Buffer.from(`sealed by a ledger of Portcullis\n${canonical(value)}\n`, 'utf8')
}

function unreachableKey(): never {
  throw new TypeError('a signer has at least one key')
}

/** A private key, and what it is called as the key of each log. */
class NamedKeys {
  readonly key: KeyObject
  readonly #node: VerifierKey
  readonly #named = new Map<string, VerifierKey>()

  constructor(signer: LedgerSigner) {
    this.key = signer.key
    this.#node = parseVerifierKey(vkeyOf(signer))
  }

  named(origin: string): VerifierKey {
    const known = this.#named.get(origin)
    if (known !== undefined) return known
    const made = logVerifierKey(this.#node, origin)
    this.#named.set(origin, made)
    return made
  }
}
