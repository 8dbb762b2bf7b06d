/** The rows that the reviewer is taught and judged by: definitions, whence, what they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { CatalogueEntry } from '../../src/kernel/tools/review/review.ts'
import { textMembers } from '../../src/kernel/tools/review/text-members.ts'

export interface Row {
  /** Whose collection it is from: what is held out is held out with all of its source. */
  readonly source: string
  readonly server: string
  readonly label: 0 | 1
  readonly family: string
  readonly definition: JsonObject
  readonly catalogue?: readonly CatalogueEntry[]
  /** Whether it was read when rules were written, where its source was not as a whole. */
  readonly read?: true
  /** Words in runs of seven, to find rows that are nearly the same. */
  readonly shingles: ReadonlySet<string>
}

type Stored = Omit<Row, 'shingles'>

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ATTACKS = fileURLToPath(new URL('../../test/attacks/tool-poisoning/', import.meta.url))

/** Our own attacks are a source like any other; the adaptive ones are never taught. */
export const OWN_SOURCE = 'portcullis'
export const QUIET_SOURCE = 'portcullis-quiet'
export const ADAPTIVE_SOURCE = 'portcullis-adaptive'

/** Of these every nth row, from the one named on, was read when rules were written. */
const PARTLY_READ: ReadonlyMap<string, { readonly every: number; readonly from: number }> = new Map(
  [
    ['cisco', { every: 4, from: 3 }],
    ['agent-defenders', { every: 2, from: 0 }],
  ],
)

/** What the repository holds, and the JSONL files of `folder` with rows that it may not hold. */
export function readCorpus(folder?: string): readonly Row[] {
  const folders = [join(HERE, 'corpus'), ...(folder === undefined ? [] : [folder])]
  const rows = folders.flatMap((path) =>
    readdirSync(path)
      .filter((file) => file.endsWith('.jsonl'))
      .sort()
      .flatMap((file) => storedRows(join(path, file))),
  )
  return [...rows, ...ownAttacks()].map((row) => ({ ...row, shingles: shinglesOf(row.definition) }))
}

function storedRows(path: string): readonly Stored[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line, index) => {
    const row: Stored = JSON.parse(line)
    const part = PARTLY_READ.get(row.source)
    return part !== undefined && index % part.every === part.from ? { ...row, read: true } : row
  })
}

interface OwnAttack {
  readonly definition: JsonObject
  readonly catalogue?: readonly CatalogueEntry[]
}

export function ownAttacks(): readonly Stored[] {
  return readdirSync(ATTACKS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const family = file.replace('.json', '')
      const source = family === 'adaptive' ? ADAPTIVE_SOURCE : OWN_SOURCE
      const attacks: readonly OwnAttack[] = JSON.parse(readFileSync(join(ATTACKS, file), 'utf8'))
      return attacks.map(({ definition, catalogue }) => {
        const row = { source, server: 'under-review', label: 1 as const, family, definition }
        return catalogue === undefined ? row : { ...row, catalogue }
      })
    })
}

const SHINGLE_WORDS = 7
const NEAR = 0.5

function shinglesOf(definition: JsonObject): ReadonlySet<string> {
  const text = textMembers(definition).members.flatMap(({ text, isName }) => (isName ? [] : [text]))
  const words =
    text
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length <= SHINGLE_WORDS) return new Set([words.join(' ')])
  const starts = words.slice(0, 1 - SHINGLE_WORDS)
  return new Set(starts.map((_, at) => words.slice(at, at + SHINGLE_WORDS).join(' ')))
}

/** `rows` without those that are nearly the same as one of `others`. */
export function withoutNearTo(others: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const holders = new Map<string, Row[]>()
  for (const other of others)
    for (const shingle of other.shingles)
      holders.set(shingle, [...(holders.get(shingle) ?? []).slice(0, 20), other])
  return rows.filter((row) => {
    const near = new Set([...row.shingles].flatMap((shingle) => holders.get(shingle) ?? []))
    return ![...near].some((other) => jaccard(row.shingles, other.shingles) >= NEAR)
  })
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((shingle) => other.has(shingle)).length
  return shared / (one.size + other.size - shared)
}
