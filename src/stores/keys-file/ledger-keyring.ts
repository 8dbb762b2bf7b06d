import { generateKeyPairSync } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { KeyNews } from '../../kernel/trust/key-events.ts'
import {
  type KeyRecord,
  type NamedHead,
  newKey,
  newPostQuantumKey,
} from '../../kernel/trust/key-record.ts'
import { advance, type KeyEvent } from '../../kernel/trust/key-states.ts'
import { type DurableFiles, durableFiles } from './durable-files.ts'
import {
  KEY_FILES,
  type KeyFile,
  ledgerKeyFile,
  POST_QUANTUM_VKEY_FILE,
  readKeyFile,
} from './key-files.ts'
import { formatStates, type KeyStates, parseStates } from './key-states-file.ts'
import { pemOf, vkeyOf } from './private-key.ts'
import {
  type LedgerSigners,
  missingKey,
  readPostQuantum,
  readSigners,
  type Signer,
} from './read-signers.ts'
import { type Cosigner, cosignerOf } from './witness-keys.ts'

export type { LedgerSigners, Signer }

/**
 * The generations of the keys that sign checkpoints: Ed25519, and ML-DSA-44 beside it where that is
 * wanted. Both come and go in the same steps. Every change is one write of the states:
 * before it the old keys hold, after it the new ones, and what a crash leaves over is cleared away
 * by `settle`. One process may change it, the one that holds the ledger.
 */
export class LedgerKeyring {
  readonly #directory: string
  readonly #origin: string
  readonly #files: DurableFiles
  #states: KeyStates
  #signers: LedgerSigners
  #postQuantum: readonly Cosigner[]

  /** @throws PortcullisError `KEYS_INCOMPLETE`, `KEYS_INVALID`, `KEYS_INSECURE`. */
  static async open(
    directory: string,
    origin: string,
    files: DurableFiles = durableFiles,
  ): Promise<LedgerKeyring> {
    const content = await readKeyFile(directory, KEY_FILES.states)
    if (content === undefined) throw missingKey(KEY_FILES.states.name, directory)
    const states = parseStates(content.toString('utf8'), origin)
    const signers = await readSigners(directory, origin, states.keys)
    const postQuantum = await readPostQuantum(directory, origin, states.keys)
    return new LedgerKeyring({ directory, origin, files, states, signers, postQuantum })
  }

  private constructor(from: {
    readonly directory: string
    readonly origin: string
    readonly files: DurableFiles
    readonly states: KeyStates
    readonly signers: LedgerSigners
    readonly postQuantum: readonly Cosigner[]
  }) {
    this.#directory = from.directory
    this.#origin = from.origin
    this.#files = from.files
    this.#states = from.states
    this.#signers = from.signers
    this.#postQuantum = from.postQuantum
  }

  get keys(): readonly KeyRecord[] {
    return this.#states.keys
  }

  get signers(): LedgerSigners {
    return this.#signers
  }

  /** The ML-DSA-44 keys that sign published heads, the active one first. */
  get postQuantum(): readonly Cosigner[] {
    return this.#postQuantum
  }

  /** What happened to the keys and has no receipt yet. */
  get unrecorded(): readonly KeyNews[] {
    return this.#states.unrecorded
  }

  /** The active Ed25519 key; there always is one. */
  get active(): KeyRecord {
    const active = this.of('active')
    if (active !== undefined) return active
    throw new PortcullisError('KEYS_INVALID', 'no key is active')
  }

  of(
    state: 'active' | 'retiring',
    purpose: KeyRecord['purpose'] = 'checkpoint',
  ): KeyRecord | undefined {
    return this.keys.find((key) => key.state === state && key.purpose === purpose)
  }

  /** Makes the ML-DSA-44 key that signs beside the other, where there is none. */
  async addPostQuantum(at: Pick<KeyRecord, 'notBefore' | 'firstSize'>): Promise<void> {
    if (this.of('active', 'post-quantum') !== undefined) return
    const made = await this.#makePostQuantum(this.keys.length + 1)
    await this.#write({ ...this.#states, keys: [...this.keys, newPostQuantumKey(made.vkey, at)] })
    this.#postQuantum = [made]
    await this.#writeVkeys()
  }

  /** New keys take over; the active ones go on beside them. `news` is told both Ed25519 keys. */
  async succeed(
    at: Pick<KeyRecord, 'notBefore' | 'firstSize'>,
    news: (from: Signer, to: Signer) => KeyNews,
  ): Promise<void> {
    const former = this.#signers.active
    const before = this.keys.map((key) =>
      key.state === 'active' ? advance(key, { kind: 'succeed' }) : key,
    )
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const made = { name: this.#origin, key: privateKey }
    const { name, mode } = ledgerKeyFile(before.length + 1)
    await this.#files.replace(join(this.#directory, name), pemOf(privateKey), mode)
    const keys = [...before, newKey(vkeyOf(this.#origin, publicKey), at)]
    const isHybrid = this.#postQuantum.length > 0
    const next = isHybrid ? await this.#makePostQuantum(keys.length + 1) : undefined
    if (next !== undefined) keys.push(newPostQuantumKey(next.vkey, at))
    await this.#commit(keys, news(former, made))
    this.#signers = { active: made, retiring: former }
    if (next !== undefined) this.#postQuantum = [next, ...this.#postQuantum]
    await this.#writeVkeys()
  }

  /** The retiring ML-DSA-44 key signs no more, as the ledger signs no more with the other. */
  stopRetiring(): void {
    this.#postQuantum = this.#postQuantum.slice(0, 1)
  }

  /** The retiring keys sign nothing above `final`; their private halves are destroyed. */
  async retire(final: NamedHead, news: KeyNews): Promise<void> {
    const keys = this.keys.map((key) =>
      key.state === 'retiring' ? advance(key, { kind: 'retire', final }) : key,
    )
    await this.#commit(keys, news)
    this.#signers = { active: this.#signers.active }
    this.stopRetiring()
    await this.settle()
  }

  /** Somebody else has this key. */
  async compromise(vkey: string, bound: NamedHead, news: KeyNews): Promise<void> {
    const event: KeyEvent = { kind: 'compromise', bound }
    await this.#commit(
      this.keys.map((key) => (key.vkey === vkey ? advance(key, event) : key)),
      news,
    )
  }

  /** The first of `unrecorded` has its receipt. */
  async recorded(): Promise<void> {
    const states = { ...this.#states, unrecorded: this.unrecorded.slice(1) }
    await this.#write(states)
  }

  /** Clears away what a crash left over: private keys that sign no more, an old `ledger.vkey`. */
  async settle(): Promise<void> {
    const signing = this.keys.map(({ state }) => state === 'active' || state === 'retiring')
    const kept = new Set(signing.flatMap((does, at) => (does ? [ledgerKeyFile(at + 1).name] : [])))
    for (const entry of await readdir(join(this.#directory, 'ledger'))) {
      const name = `ledger/${entry}`
      if (name === KEY_FILES.states.name || kept.has(name)) continue
      await this.#files.remove(join(this.#directory, name))
    }
    await this.#writeVkeys()
  }

  async #makePostQuantum(generation: number): Promise<Cosigner> {
    const { privateKey } = generateKeyPairSync('ml-dsa-44')
    const { name, mode } = ledgerKeyFile(generation)
    await this.#files.replace(join(this.#directory, name), pemOf(privateKey), mode)
    return cosignerOf(this.#origin, privateKey)
  }

  async #commit(keys: readonly KeyRecord[], news: KeyNews): Promise<void> {
    await this.#write({ keys, unrecorded: [...this.unrecorded, news] })
  }

  async #write(states: KeyStates): Promise<void> {
    const { name, mode } = KEY_FILES.states
    await this.#files.replace(join(this.#directory, name), formatStates(states), mode)
    this.#states = states
  }

  async #writeVkeys(): Promise<void> {
    await this.#writeVkey(KEY_FILES.vkey, this.active)
    const second = this.of('active', 'post-quantum')
    if (second !== undefined) await this.#writeVkey(POST_QUANTUM_VKEY_FILE, second)
  }

  async #writeVkey(file: KeyFile, { vkey }: KeyRecord): Promise<void> {
    const written = await readKeyFile(this.#directory, file)
    if (written?.toString('utf8') === `${vkey}\n`) return
    await this.#files.replace(join(this.#directory, file.name), `${vkey}\n`, file.mode)
  }
}
