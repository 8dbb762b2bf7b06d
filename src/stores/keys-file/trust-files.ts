import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { parseTrustFile, type TrustFile } from '../../kernel/trust/trust-file.ts'
import { verifyFirst, verifyNext, verifyTrustChain } from '../../kernel/trust/verify-chain.ts'
import { type DurableFiles, durableFiles, sync } from './durable-files.ts'
import { checkKeyDirectory, readKeyFile } from './key-files.ts'

const NAME = /^[0-9]{4,}\.json$/

/** The published trust documents of a node, each a file `trust/<version>.json`. */
export class TrustFiles {
  readonly #directory: string
  readonly #files: DurableFiles
  /** Oldest first: the n-th is version n. */
  #history: readonly string[]

  constructor(keys: string, history: readonly string[], files: DurableFiles) {
    this.#directory = keys
    this.#history = history
    this.#files = files
  }

  get current(): TrustFile | undefined {
    const last = this.#history.at(-1)
    return last === undefined ? undefined : parseTrustFile(last)
  }

  /** The file of one version, or of the current one. */
  file(version = this.#history.length): string | undefined {
    return this.#history[version - 1]
  }

  get history(): readonly string[] {
    return this.#history
  }

  /** Judges a document as the next one. @throws PortcullisError `TRUST_*`. */
  check(file: string): TrustFile {
    const next = parseTrustFile(file)
    const { current } = this
    if (current !== undefined) verifyNext(current, next)
    else if (next.document.version === 1) verifyFirst(next)
    else throw new PortcullisError('TRUST_VERSION', 'the first document is version 1')
    return next
  }

  /** Keeps a document that `check` let through. It is there when this resolves. */
  async add(file: string): Promise<void> {
    const { version } = this.check(file).document
    const directory = join(this.#directory, 'trust')
    if ((await mkdir(directory, { recursive: true, mode: 0o755 })) !== undefined) {
      await sync(this.#directory)
    }
    const name = `${String(version).padStart(4, '0')}.json`
    await this.#files.create(join(directory, name), file, 0o644)
    this.#history = [...this.#history, file]
  }
}

/**
 * The published documents beside the keys in `directory`.
 * @throws PortcullisError `TRUST_*` when they do not follow one another.
 */
export async function openTrustFiles(
  directory: string,
  files: DurableFiles = durableFiles,
): Promise<TrustFiles> {
  const history: string[] = []
  for (const name of await namesIn(join(directory, 'trust'))) {
    const content = await readKeyFile(directory, { name: `trust/${name}`, mode: 0o644 })
    history.push(content?.toString('utf8') ?? '')
  }
  if (history.length > 0) {
    await checkKeyDirectory(join(directory, 'trust'))
    verifyTrustChain(history)
  }
  return new TrustFiles(directory, history, files)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(directory)).filter((name) => NAME.test(name))
    return names.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
