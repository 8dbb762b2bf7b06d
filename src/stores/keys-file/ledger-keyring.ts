import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { KeyNews } from '../../kernel/trust/key-events.ts'
import { type KeyRecord, keyIdOf, type NamedHead, newKey } from '../../kernel/trust/key-record.ts'
import { advance, type KeyEvent } from '../../kernel/trust/key-states.ts'
import { type DurableFiles, durableFiles } from './durable-files.ts'
import { KEY_FILES, ledgerKeyFile, readKeyFile } from './key-files.ts'
import { formatStates, type KeyStates, parseStates } from './key-states-file.ts'
import { ed25519, pemOf, vkeyOf } from './private-key.ts'

/** A private key under the name of the log that it signs. */
export interface Signer {
  readonly name: string
  readonly key: KeyObject
}

/** Whose lines stand on every checkpoint. */
export interface LedgerSigners {
  readonly active: Signer
  readonly retiring?: Signer
}

/**
 * The generations of the key that signs checkpoints. Every change is one write of the states:
 * before it the old keys hold, after it the new ones, and what a crash leaves over is cleared away
 * by `settle`. One process may change it, the one that holds the ledger.
 */
export class LedgerKeyring {
  readonly #directory: string
  readonly #origin: string
  readonly #files: DurableFiles
  #states: KeyStates
  #signers: LedgerSigners

  /** @throws PortcullisError `KEYS_INCOMPLETE`, `KEYS_INVALID`, `KEYS_INSECURE`. */
  static async open(
    directory: string,
    origin: string,
    files: DurableFiles = durableFiles,
  ): Promise<LedgerKeyring> {
    const content = await readKeyFile(directory, KEY_FILES.states)
    if (content === undefined) throw missing(KEY_FILES.states.name, directory)
    const states = parseStates(content.toString('utf8'), origin)
    const signers = await readSigners(directory, origin, states.keys)
    return new LedgerKeyring({ directory, origin, files, states, signers })
  }

  private constructor(from: {
    readonly directory: string
    readonly origin: string
    readonly files: DurableFiles
    readonly states: KeyStates
    readonly signers: LedgerSigners
  }) {
    this.#directory = from.directory
    this.#origin = from.origin
    this.#files = from.files
    this.#states = from.states
    this.#signers = from.signers
  }

  get keys(): readonly KeyRecord[] {
    return this.#states.keys
  }

  get signers(): LedgerSigners {
    return this.#signers
  }

  /** What happened to the keys and has no receipt yet. */
  get unrecorded(): readonly KeyNews[] {
    return this.#states.unrecorded
  }

  /** The active key; there always is one. */
  get active(): KeyRecord {
    const active = this.of('active')
    if (active !== undefined) return active
    throw new PortcullisError('KEYS_INVALID', 'no key is active')
  }

  of(state: 'active' | 'retiring'): KeyRecord | undefined {
    return this.keys.find((key) => key.state === state)
  }

  /** A new key takes over; the active one goes on beside it. `news` is told both of them. */
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
    await this.#commit(keys, news(former, made))
    this.#signers = { active: made, retiring: former }
    await this.#writeVkey()
  }

  /** The retiring key signs nothing above `final`; its private half is destroyed. */
  async retire(final: NamedHead, news: KeyNews): Promise<void> {
    const keys = this.keys.map((key) =>
      key.state === 'retiring' ? advance(key, { kind: 'retire', final }) : key,
    )
    await this.#commit(keys, news)
    this.#signers = { active: this.#signers.active }
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
    await this.#writeVkey()
  }

  async #commit(keys: readonly KeyRecord[], news: KeyNews): Promise<void> {
    await this.#write({ keys, unrecorded: [...this.unrecorded, news] })
  }

  async #write(states: KeyStates): Promise<void> {
    const { name, mode } = KEY_FILES.states
    await this.#files.replace(join(this.#directory, name), formatStates(states), mode)
    this.#states = states
  }

  async #writeVkey(): Promise<void> {
    const { name, mode } = KEY_FILES.vkey
    const written = await readKeyFile(this.#directory, KEY_FILES.vkey)
    const line = `${this.active.vkey}\n`
    if (written?.toString('utf8') === line) return
    await this.#files.replace(join(this.#directory, name), line, mode)
  }
}

async function readSigners(
  directory: string,
  origin: string,
  keys: readonly KeyRecord[],
): Promise<LedgerSigners> {
  const signers = new Map<string, Signer>()
  for (const [at, record] of keys.entries()) {
    if (record.state !== 'active' && record.state !== 'retiring') continue
    const file = ledgerKeyFile(at + 1)
    const pem = await readKeyFile(directory, file)
    if (pem === undefined) throw missing(file.name, directory)
    const key = ed25519(pem, file.name)
    if (vkeyOf(origin, createPublicKey(key)) !== record.vkey) {
      const message = `\`${file.name}\` is not the private half of \`${keyIdOf(record)}\``
      throw new PortcullisError('KEYS_INVALID', message)
    }
    signers.set(record.state, { name: origin, key })
  }
  const [active, retiring] = [signers.get('active'), signers.get('retiring')]
  if (active === undefined) throw new PortcullisError('KEYS_INVALID', 'no key is active')
  return { active, ...(retiring && { retiring }) }
}

function missing(name: string, directory: string): PortcullisError {
  return new PortcullisError('KEYS_INCOMPLETE', `\`${name}\` is missing in \`${directory}\``)
}
