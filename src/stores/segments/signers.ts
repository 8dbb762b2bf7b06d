import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { formatNote, formatVerifierKey, type VerifierKey } from '../../kernel/tlog/note.ts'

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
  return formatVerifierKey(name, rawPublicKey(key))
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

/** Signs checkpoints of a node log and of all logs below it, each under its own name. */
export class NoteSigner {
  readonly #signers: readonly NamedKeys[]

  constructor({ active, retiring }: LedgerSigners) {
    this.#signers = [active, ...(retiring === undefined ? [] : [retiring])].map(
      ({ key }) => new NamedKeys(key),
    )
  }

  /** The text of a checkpoint with one signature line for each key. */
  sign(origin: string, text: string): string {
    const bytes = Buffer.from(text, 'utf8')
    return this.#signers.reduce((note, signer) => {
      const signed = formatNote(text, signer.named(origin), sign(null, bytes, signer.key))
      return note === '' ? signed : note + signed.slice(text.length + 1)
    }, '')
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
  readonly #publicKey: KeyObject
  readonly #raw: Uint8Array
  readonly #named = new Map<string, VerifierKey>()

  constructor(key: KeyObject) {
    this.key = key
    this.#publicKey = createPublicKey(key)
    this.#raw = rawPublicKey(key)
  }

  named(origin: string): VerifierKey {
    const known = this.#named.get(origin)
    if (known !== undefined) return known
    const [name = '', id = ''] = formatVerifierKey(origin, this.#raw).split('+')
    const made = { name, id, publicKey: this.#publicKey }
    this.#named.set(origin, made)
    return made
  }
}
