import { hash } from 'node:crypto'
import { PortcullisError } from '../errors.ts'
import { isJsonObject } from '../json/value.ts'
import { verifyBundleTiles } from './bundle-tiles.ts'
import { bundleTimeline, type TimelineEntry } from './bundle-timeline.ts'
import { canonical } from './canonical.ts'
import type { Receipt } from './receipt.ts'

/** Version of the manifest, its member `v`. */
export const BUNDLE_VERSION = 1

/** Files that are always there, by their path in the bundle. */
export const BUNDLE_FILES = {
  manifest: 'manifest.json',
  readme: 'README.md',
  sums: 'SHA256SUMS',
  checkpoint: 'checkpoint',
  timeline: 'timeline.json',
  timelineText: 'timeline.txt',
} as const

/** Receipts of one bundle, at most. */
export const MAX_BUNDLE_RECEIPTS = 10_000

const RECEIPT_PATH = /^receipts\/(\d{10})\.json$/

/** Which receipts a bundle holds, as its maker was asked. */
export interface BundleSelection {
  readonly run?: string
  /** Milliseconds since the epoch, both included. */
  readonly since?: number
  readonly until?: number
  /** Pseudonym of a subject. */
  readonly subject?: string
}

/** What a bundle says of itself. Nobody signs it: each receipt in it proves itself. */
export interface BundleManifest {
  readonly v: typeof BUNDLE_VERSION
  /** When it was made, in ISO 8601. */
  readonly made: string
  readonly selection: BundleSelection
  readonly receipts: number
  /** Payloads are with it, as the runtime that kept them vouches for. */
  readonly payloads: number
  /** Every other file, by its path, but for `SHA256SUMS`. */
  readonly files: readonly BundleFile[]
}

export interface BundleFile {
  readonly path: string
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
}

/** The files of a bundle by their path in it, with `/` between folders. */
export type BundleContent = ReadonlyMap<string, Uint8Array>

export function receiptPath(seq: number): string {
  return `receipts/${String(seq).padStart(10, '0')}.json`
}

/** The manifest of these files, and the file that `sha256sum -c` reads. */
export function describeBundle(
  files: BundleContent,
  about: Pick<BundleManifest, 'made' | 'selection' | 'receipts' | 'payloads'>,
): { readonly manifest: string; readonly sums: string } {
  const listed = Array.from(files, ([path, bytes]) => fileOf(path, bytes))
  listed.sort((a, b) => (a.path < b.path ? -1 : 1))
  const { made, selection, receipts, payloads } = about
  const manifest: BundleManifest = {
    ...{ v: BUNDLE_VERSION, made, selection, receipts, payloads, files: listed },
  }
  const text = `${canonical(manifest)}\n`
  return { manifest: text, sums: sumsOf(manifest, text) }
}

/** A line for each file, as `sha256sum` writes it. */
function sumsOf({ files }: BundleManifest, manifest: string): string {
  const own = fileOf(BUNDLE_FILES.manifest, new TextEncoder().encode(manifest))
  return [...files, own].map(({ sha256, path }) => `${sha256}  ${path}\n`).join('')
}

/** A bundle that holds together, and of which every receipt was proved. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest
  readonly timeline: readonly TimelineEntry[]
}

/**
 * Verifies a bundle. `judge` proves one exported receipt by what is trusted, which does not come
 * from the bundle. Whether a receipt was left out, only the ledger can say.
 * @throws PortcullisError `BUNDLE_INVALID`, `TILE_INVALID`, and what `judge` throws.
 */
export function verifyBundle(
  files: BundleContent,
  judge: (exported: string) => Receipt,
): VerifiedBundle {
  const text = textOf(files, BUNDLE_FILES.manifest)
  const manifest = parseManifest(text)
  compareFiles(manifest, files)
  if (textOf(files, BUNDLE_FILES.sums) !== sumsOf(manifest, text)) throw invalid('its sums differ')
  const receipts = manifest.files.flatMap(({ path }) => {
    const [, seq] = RECEIPT_PATH.exec(path) ?? []
    if (seq === undefined) return []
    const exported = textOf(files, path)
    const receipt = judge(exported)
    if (receipt.seq !== Number(seq)) throw invalid(`\`${path}\` is receipt ${receipt.seq}`)
    return [{ seq: receipt.seq, receipt, exported }]
  })
  if (receipts.length !== manifest.receipts) throw invalid('it has another number of receipts')
  verifyBundleTiles(files, receipts)
  const timeline = bundleTimeline(receipts.map(({ receipt }) => receipt))
  if (textOf(files, BUNDLE_FILES.timeline) !== timelineJson(timeline)) {
    throw invalid('its timeline is not that of its receipts')
  }
  return { manifest, timeline }
}

export function timelineJson(timeline: readonly TimelineEntry[]): string {
  return `${canonical(timeline)}\n`
}

/** Reads what `describeBundle` wrote, and nothing else. @throws `BUNDLE_INVALID`. */
export function parseManifest(text: string): BundleManifest {
  const value = parseJson(text)
  if (isManifest(value) && `${canonical(value)}\n` === text) return value
  throw invalid('its manifest is not one')
}

function compareFiles({ files: listed }: BundleManifest, files: BundleContent): void {
  const known = new Set<string>([BUNDLE_FILES.manifest, BUNDLE_FILES.sums])
  for (const { path, bytes, sha256 } of listed) {
    const content = files.get(path)
    if (content === undefined) throw invalid(`\`${path}\` is missing`)
    const found = fileOf(path, content)
    if (found.bytes !== bytes || found.sha256 !== sha256) throw invalid(`\`${path}\` was altered`)
    known.add(path)
  }
  if (known.size !== listed.length + 2) throw invalid('a file is listed twice')
  for (const path of files.keys()) if (!known.has(path)) throw invalid(`\`${path}\` was added`)
}

function fileOf(path: string, content: Uint8Array): BundleFile {
  return { path, bytes: content.length, sha256: hash('sha256', content, 'hex') }
}

function textOf(files: BundleContent, path: string): string {
  const content = files.get(path)
  if (content === undefined) throw invalid(`\`${path}\` is missing`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw new PortcullisError('BUNDLE_INVALID', `\`${path}\` is no text`, { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PortcullisError('BUNDLE_INVALID', 'its manifest is no JSON', { cause })
  }
}

function isManifest(value: unknown): value is BundleManifest {
  if (!isJsonObject(value) || !Array.isArray(value.files)) return false
  const { v, made, selection, receipts, payloads, files } = value
  const counts = [receipts, payloads].every(Number.isSafeInteger)
  const named = v === BUNDLE_VERSION && typeof made === 'string' && isJsonObject(selection)
  return counts && named && files.every(isFile)
}

function isFile(value: unknown): value is BundleFile {
  if (!isJsonObject(value)) return false
  const { path, bytes, sha256 } = value
  return typeof path === 'string' && Number.isSafeInteger(bytes) && typeof sha256 === 'string'
}

function invalid(why: string): PortcullisError {
  return new PortcullisError('BUNDLE_INVALID', `the bundle does not hold: ${why}`)
}
