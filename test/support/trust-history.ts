import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto'
import { encodeBase64 } from '../../src/kernel/tlog/base64.ts'
import { formatCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { leafHash } from '../../src/kernel/tlog/hash.ts'
import { consistencyProof, rootAt } from '../../src/kernel/tlog/proof.ts'
import { type KeyRecord, type NamedHead, newKey } from '../../src/kernel/trust/key-record.ts'
import { advance } from '../../src/kernel/trust/key-states.ts'
import { type RootKey, rootKeyOf } from '../../src/kernel/trust/root-key.ts'
import { type TrustDocument, trustText } from '../../src/kernel/trust/trust-document.ts'
import {
  formatTrustFile,
  parseTrustFile,
  trustDigest,
  withSignature,
} from '../../src/kernel/trust/trust-file.ts'
import { signedNote, subtreesOf, vkeyOf } from './sample-log.ts'

export const NODE = 'example.com/gate'
export const TENANT = `${NODE}/l/0123456789abcdef`
export const MADE = '2026-01-01T00:00:00.000Z'
export const EXPIRES = '2027-01-01T00:00:00.000Z'

/** An Ed25519 key that is the same in every run: its seed is the digest of a name. */
export function keyNamed(name: string): KeyObject {
  const seed = hash('sha256', name, 'buffer')
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' })
}

export interface SampleRoot {
  readonly key: KeyObject
  readonly root: RootKey
}

export function sampleRoot(name: string, key = keyNamed(name)): SampleRoot {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { key, root: rootKeyOf(der) }
}

/** The file of a document with the signatures of these roots. */
export function signedTrust(document: TrustDocument, roots: readonly SampleRoot[]): string {
  const text = trustText(document)
  return roots.reduce(
    (file, { key, root }) => {
      const signature = sign(null, Buffer.from(text), key)
      return withSignature(parseTrustFile(file), root.id, signature)
    },
    formatTrustFile(text, []),
  )
}

type Signed = { readonly name: string; readonly key: KeyObject }

/**
 * A node with its log and its keys, in memory: what the runtime does with them, without its files.
 * Every head that it ever signed is kept.
 */
export class TrustHistory {
  readonly heads: string[] = []
  readonly files: string[] = []
  readonly roots: readonly SampleRoot[]
  keys: readonly KeyRecord[] = []
  #made = 0
  readonly #leaves: Uint8Array[] = []
  readonly #signers = new Map<string, Signed>()

  constructor(roots: readonly SampleRoot[] = [sampleRoot('root')]) {
    this.roots = roots
    this.#addKey()
    this.append('first')
    this.publish()
  }

  get size(): number {
    return this.#leaves.length
  }

  headAt(size: number): NamedHead {
    return { size, root: encodeBase64(rootAt(size, subtreesOf(this.#leaves))) }
  }

  consistency(from: number, to: number): Uint8Array[] {
    return consistencyProof(from, to, subtreesOf(this.#leaves))
  }

  /** A head signed by these keys, whatever their state. */
  note(vkeys: readonly string[], head = this.headAt(this.size)): string {
    const text = checkpointText(head)
    const signers = vkeys.map((vkey) => this.signer(vkey))
    const lines = signers.map((signer) => signedNote(text, signer).slice(text.length + 1))
    return `${text}\n${lines.join('')}`
  }

  signer(vkey: string): Signed {
    const signer = this.#signers.get(vkey)
    if (signer === undefined) throw new Error(`no key ${vkey}`)
    return signer
  }

  append(leaf: string): string {
    this.#leaves.push(leafHash(Buffer.from(leaf)))
    const note = this.note(this.of('active', 'retiring').map(({ vkey }) => vkey))
    this.heads.push(note)
    return note
  }

  of(...states: readonly KeyRecord['state'][]): readonly KeyRecord[] {
    return this.keys.filter(({ state }) => states.includes(state))
  }

  rotate(): void {
    this.keys = this.keys.map((key) =>
      key.state === 'active' ? advance(key, { kind: 'succeed' }) : key,
    )
    this.#addKey()
    this.append('rotated')
  }

  retire(): void {
    const final = this.headAt(this.size)
    this.keys = this.keys.map((key) =>
      key.state === 'retiring' ? advance(key, { kind: 'retire', final }) : key,
    )
    this.append('retired')
  }

  compromise(vkey: string, bound: NamedHead): void {
    this.keys = this.keys.map((key) =>
      key.vkey === vkey ? advance(key, { kind: 'compromise', bound }) : key,
    )
  }

  /** The next document, as it would be signed. */
  draft(change: Partial<TrustDocument> = {}): TrustDocument {
    const last = this.files.at(-1)
    const before = last === undefined ? undefined : parseTrustFile(last)
    return {
      ...{ type: 'portcullis-trust', v: 1, version: (before?.document.version ?? 0) + 1 },
      ...(before && { previous: trustDigest(before.text) }),
      ...{ issued: MADE, expires: EXPIRES },
      roots: { threshold: this.roots.length, keys: this.roots.map(({ root }) => root) },
      logs: [{ origin: NODE, tenants: `${NODE}/l/` }],
      keys: this.keys,
      ...change,
    }
  }

  publish(): string {
    const file = signedTrust(this.draft(), this.roots)
    this.files.push(file)
    return file
  }

  #addKey(): void {
    this.#made += 1
    const signer = { name: NODE, key: keyNamed(`ledger ${this.#made}`) }
    const vkey = vkeyOf(signer)
    this.#signers.set(vkey, signer)
    this.keys = [...this.keys, newKey(vkey, { notBefore: MADE, firstSize: this.size })]
  }
}

export function checkpointText({ size, root }: NamedHead, origin = NODE): string {
  return formatCheckpoint({ origin, size, root: Buffer.from(root, 'base64') })
}
