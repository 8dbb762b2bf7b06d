import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { durableFiles, sync } from './durable-files.ts'
import { checkKeyDirectory, type KeyFile, readKeyFile } from './key-files.ts'
import { parsePrivateKey, pemOf } from './private-key.ts'

/** One root of the own certificate authority. Times in milliseconds since the epoch. */
export interface RootRecord {
  /** Names its key: `ca/<generation>.pem`. */
  readonly generation: number
  /** The certificate, PEM. */
  readonly cert: string
  /** From when on it signs. Before, it is only announced. */
  readonly activates: number
  /** From when on it is trusted no more; absent while no other follows it. */
  readonly retires?: number
}

/** Makes the certificate of a root for a new key. */
export type MakeRoot = (key: KeyObject, now: number) => Promise<string>

export interface RootRotation {
  readonly now: number
  /** When the next root begins to sign. */
  readonly activates: number
  /** When the roots before it stop being trusted. */
  readonly retires: number
}

const STATES: KeyFile = { name: 'ca/states.json', mode: 0o644 }
const keyFile = (generation: number): KeyFile => ({ name: `ca/${generation}.pem`, mode: 0o600 })

/**
 * The roots of the own authority, in `ca/` of the keys. The first is made where there is none.
 * A key that signs no more is destroyed; its certificate stays until it is trusted no more.
 */
export class CaKeys {
  readonly #directory: string
  readonly #make: MakeRoot
  #roots: readonly RootRecord[]
  readonly #keys = new Map<number, KeyObject>()

  private constructor(directory: string, make: MakeRoot, roots: readonly RootRecord[]) {
    this.#directory = directory
    this.#make = make
    this.#roots = roots
  }

  /** @throws PortcullisError `KEYS_INSECURE`, `KEYS_INCOMPLETE`, `KEYS_INVALID`. */
  static async open(
    directory: string,
    { make, now }: { readonly make: MakeRoot; readonly now: number },
  ): Promise<CaKeys> {
    const states = await readKeyFile(directory, STATES)
    const ca = new CaKeys(directory, make, states === undefined ? [] : parseStates(states))
    if (states === undefined) await ca.#add({ now, activates: now, retires: now })
    await checkKeyDirectory(join(directory, 'ca'))
    for (const { generation } of ca.#signing(now)) await ca.#readKey(generation)
    await ca.#destroy(ca.#roots, now)
    return ca
  }

  /** All that are kept, the oldest first. */
  get roots(): readonly RootRecord[] {
    return this.#roots
  }

  /** Those that are trusted at `now`, with one that is only announced yet. */
  trusted(now: number): readonly RootRecord[] {
    return this.#roots.filter(({ retires }) => retires === undefined || now < retires)
  }

  /** The newest root that may sign at `now`, and its key. */
  signer(now: number): { readonly cert: string; readonly key: KeyObject } {
    const root = this.#roots.findLast(({ activates }) => activates <= now) ?? this.#roots[0]
    const key = root && this.#keys.get(root.generation)
    if (root !== undefined && key !== undefined) return { cert: root.cert, key }
    throw new PortcullisError('KEYS_INCOMPLETE', 'the key of the authority is missing')
  }

  /**
   * Another root follows.
   * @throws PortcullisError `CA_ROTATING` while the last one is not in use yet, unless this is.
   */
  async rotate(rotation: RootRotation): Promise<void> {
    const last = this.#roots.at(-1)
    const urgent = rotation.activates <= rotation.now
    if (!urgent && last !== undefined && last.activates > rotation.now) {
      throw new PortcullisError('CA_ROTATING', 'the next root is announced already')
    }
    await this.#add(rotation)
  }

  async #add(rotation: RootRotation): Promise<void> {
    const { now, activates, retires } = rotation
    const generation = (this.#roots.at(-1)?.generation ?? 0) + 1
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cert = await this.#make(privateKey, now)
    await mkdir(join(this.#directory, 'ca'), { recursive: true, mode: 0o700 })
    await sync(this.#directory)
    const { name, mode } = keyFile(generation)
    await durableFiles.replace(join(this.#directory, name), pemOf(privateKey), mode)
    const before = this.trusted(now).map((root) => ({
      ...root,
      retires: Math.min(root.retires ?? retires, retires),
    }))
    const roots: readonly RootRecord[] = [...before, { generation, cert, activates }]
    const text = formatStates(roots)
    await durableFiles.replace(join(this.#directory, STATES.name), text, STATES.mode)
    const gone = this.#roots
    this.#roots = roots.filter((root) => root.retires === undefined || now < root.retires)
    this.#keys.set(generation, privateKey)
    await this.#destroy([...gone, ...roots], now)
  }

  /** Whoever has signed for the last time loses the key. */
  async #destroy(roots: readonly RootRecord[], now: number): Promise<void> {
    const signing = new Set(this.#signing(now).map(({ generation }) => generation))
    for (const { generation } of roots) {
      if (signing.has(generation)) continue
      this.#keys.delete(generation)
      await durableFiles.remove(join(this.#directory, keyFile(generation).name))
    }
  }

  /** The root that signs, and the one that will. */
  #signing(now: number): readonly RootRecord[] {
    const from = this.#roots.findLastIndex(({ activates }) => activates <= now)
    return this.#roots.slice(Math.max(from, 0))
  }

  async #readKey(generation: number): Promise<void> {
    const file = keyFile(generation)
    const content = await readKeyFile(this.#directory, file)
    if (content === undefined) {
      throw new PortcullisError('KEYS_INCOMPLETE', `\`${file.name}\` is missing`)
    }
    this.#keys.set(generation, parsePrivateKey(content, file.name))
  }
}

function formatStates(roots: readonly RootRecord[]): string {
  return `${canonical({ roots: roots.map((root) => ({ ...root })), v: 1 })}\n`
}

/** Reads what `formatStates` wrote, and nothing else. */
function parseStates(content: Buffer): readonly RootRecord[] {
  const text = content.toString('utf8')
  const roots = rootsIn(text)
  if (roots !== undefined && roots.length > 0 && formatStates(roots) === text) return roots
  throw new PortcullisError('KEYS_INVALID', `\`${STATES.name}\` is not what was written`)
}

function rootsIn(text: string): readonly RootRecord[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const roots = isJsonObject(value) ? value.roots : undefined
    return Array.isArray(roots) && roots.every(isRootRecord) ? roots : undefined
  } catch (cause) {
    throw new PortcullisError('KEYS_INVALID', `\`${STATES.name}\` is no JSON`, { cause })
  }
}

function isRootRecord(value: unknown): value is RootRecord {
  if (!isJsonObject(value)) return false
  const { generation, cert, activates, retires } = value
  const times = [activates, ...(retires === undefined ? [] : [retires])]
  return (
    typeof cert === 'string' &&
    Number.isSafeInteger(generation) &&
    times.every((time) => Number.isSafeInteger(time))
  )
}
