/** Where the rows of others come from: pinned files of public repositories, with their digests. */
import { readFileSync } from 'node:fs'

export interface PinnedFile {
  readonly path: string
  /** SHA-256 in hex. */
  readonly sha256: string
}

export interface Origin {
  readonly source: string
  /** `owner/name`. */
  readonly repo: string
  readonly commit: string
  readonly licence: string
  readonly files: readonly PinnedFile[]
}

export interface Origins {
  readonly origins: readonly Origin[]
  /** Of each JSONL file that is read out of them. */
  readonly rows: readonly PinnedFile[]
}

/** What the weights were taught from. Digests are in the format of `sha256sum`. */
export function pinnedOrigins(): Origins {
  const listed: readonly Omit<Origin, 'files'>[] = JSON.parse(read('origins.json'))
  const origins = listed.map((origin) => ({
    ...origin,
    files: digestsOf(`origins/${folderOf(origin)}.sha256`),
  }))
  return { origins, rows: digestsOf('origins/rows.sha256') }
}

/** A repository's folder among the fetched files. */
export function folderOf({ repo }: Pick<Origin, 'repo'>): string {
  return repo.replace('/', '+')
}

function digestsOf(file: string): readonly PinnedFile[] {
  const lines = read(file).trim().split('\n')
  return lines.map((line) => ({ sha256: line.slice(0, 64), path: line.slice(66) }))
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
}
