/**
 * Brings the rows that the repository may not hold: fetches pinned files from where they are
 * public, verifies each, reads the definitions out of them and verifies what was read. A file or a
 * row file with another digest is refused; what is there already and right is not fetched again.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { folderOf, type Origin, type Origins, type PinnedFile } from './origins.ts'

export const PUBLIC_BASE = 'https://raw.githubusercontent.com'

const AT_ONCE = 8
const TRIES = 3
const FILE_WAIT_MS = 60_000
export const FILE_LIMIT_BYTES = 16 * 1024 * 1024

const EXTRACT = fileURLToPath(new URL('./extract.py', import.meta.url))

export interface FetchOptions extends Origins {
  /** Where `owner/name/commit/path` is served. */
  readonly base: string
  /** Gets `files/` and a JSONL file for each source. */
  readonly folder: string
  readonly say: (progress: string) => void
  /** Between two tries at a file; the first wait, doubled each time. */
  readonly pauseMs?: number
}

/** Fails with what could not be had or is not what was pinned; then no row file is left behind. */
export async function fetchCorpus(options: FetchOptions): Promise<void> {
  await fetchFiles(options)
  extractRows(options)
}

export async function fetchFiles(options: FetchOptions): Promise<void> {
  const failures: string[] = []
  for (const origin of options.origins) {
    const { repo, files } = origin
    const waiting = [...files.entries()]
    const fetchNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, file] = next
        const failure = await fetchFile(origin, file, options)
        if (failure !== undefined) failures.push(failure)
        if ((index + 1) % 50 === 0) options.say(`  ${index + 1} of ${files.length}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext))
    options.say(`${repo}: ${files.length} files`)
  }
  if (failures.length > 0)
    throw new Error(`${failures.length} files were refused:\n${failures.slice(0, 20).join('\n')}`)
}

async function fetchFile(
  origin: Origin,
  file: PinnedFile,
  { base, folder, pauseMs = 1_000 }: FetchOptions,
): Promise<string | undefined> {
  const target = join(folder, 'files', folderOf(origin), file.path)
  if (isAsPinned(target, file)) return undefined
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  const url = `${base}/${origin.repo}/${origin.commit}/${path}`
  for (let tried = 1; ; tried += 1) {
    const answer = await download(url)
    if (typeof answer === 'string') {
      if (tried >= TRIES) return `${url}: ${answer}`
      await setTimeout(pauseMs * 2 ** (tried - 1))
      continue
    }
    if (digestOf(answer) !== file.sha256) return `${url}: is not the file that was pinned`
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, answer)
    return undefined
  }
}

/** The bytes, or why there are none. */
async function download(url: string): Promise<Uint8Array | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FILE_WAIT_MS) })
    if (!response.ok || response.body === null) return `answered ${response.status}`
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of response.body) {
      size += part.length
      if (size > FILE_LIMIT_BYTES) return `is over ${FILE_LIMIT_BYTES} bytes`
      parts.push(part)
    }
    return Buffer.concat(parts)
  } catch (error) {
    // `fetch` fails with a TypeError, a body that breaks off too, a wait that ends with another.
    return error instanceof Error ? error.message : String(error)
  }
}

/** Reads the definitions out of the files with Python, whose sources most of them are. */
export function extractRows({ origins, rows, folder, say }: FetchOptions): void {
  const files = join(folder, 'files')
  for (const origin of origins) convertYaml(origin, join(files, folderOf(origin)))
  const listed = origins.map(({ files: pinned, ...origin }) => ({
    ...origin,
    paths: pinned.map(({ path }) => path),
  }))
  const list = join(files, 'origins.json')
  writeFileSync(list, JSON.stringify(listed))
  runPython(['-EsB', EXTRACT, list, files, folder])
  const wrong = rows.filter((row) => !isAsPinned(join(folder, row.path), row))
  for (const { path } of wrong) rmSync(join(folder, path), { force: true })
  if (wrong.length > 0)
    throw new Error(`not the rows that were pinned: ${wrong.map(({ path }) => path).join(', ')}`)
  say(`${rows.length} files of rows, as pinned, in ${folder}`)
}

function runPython(args: readonly string[]): void {
  const { error, status } = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error !== undefined)
    throw new Error('`python3` cannot be run: install Python 3.9 or later', { cause: error })
  if (status !== 0) throw new Error(`the rows could not be read: \`python3\` ended with ${status}`)
}

/** Python has no YAML of its own. */
function convertYaml({ files }: Origin, folder: string): void {
  for (const { path } of files.filter((file) => /\.ya?ml$/.test(file.path))) {
    const source = join(folder, path)
    writeFileSync(`${source}.json`, JSON.stringify(parse(readFileSync(source, 'utf8'))))
  }
}

function isAsPinned(path: string, { sha256 }: PinnedFile): boolean {
  try {
    return digestOf(readFileSync(path)) === sha256
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
