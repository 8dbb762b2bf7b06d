/** What the command line does with policy versions, beside a runtime or without one. */
import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import { type PolicyDiff, policyDiff } from '../kernel/policy/diff/policy-diff.ts'
import { type Replay, replay } from '../kernel/policy/diff/replay.ts'
import { type Activation, versionBefore } from '../kernel/policy/versions/activation.ts'
import { rooted } from '../kernel/policy/versions/policy-texts.ts'
import { policiesInvalid, readSetFiles } from '../sources/policy-files/load-policy-directory.ts'
import { type PolicyVersions, policyVersions } from '../stores/policy-versions/policy-versions.ts'
import type { Config } from './config.ts'
import { versionsDirectory } from './data-files.ts'
import { type LoadedVersion, loadTexts, loadVersion } from './load-texts.ts'
import { READING } from './policy-reading.ts'
import { readingRequests } from './privacy/recorded-requests.ts'

/** Where policies and what was asked of them are. */
export type PolicyPlaces = Pick<Config, 'policyDir' | 'dataDir'>

/** The names that stand for a version beside its digest. */
export const NAMED_VERSIONS = ['active', 'previous'] as const

/**
 * Policies by what somebody calls them: `active`, `previous`, a directory, or a version that was in
 * force, by its beginning.
 * @throws PortcullisError `POLICY_INVALID`, `POLICY_VERSION_UNKNOWN`, `POLICY_VERSION_CORRUPT`.
 */
export function policiesNamed(text: string, places: PolicyPlaces): LoadedVersion {
  const versions = policyVersions(versionsDirectory(places.dataDir))
  if (text === 'active' || text === 'previous') return loadVersion(versions, named(text, versions))
  if (isDirectory(text)) return directoryVersion(text, places)
  return loadVersion(versions, versions.find(text))
}

function named(name: (typeof NAMED_VERSIONS)[number], versions: PolicyVersions): string {
  const activations = versions.activations()
  const version = name === 'active' ? activations.at(-1)?.version : versionBefore(activations)
  if (version !== undefined) return version
  throw new PortcullisError('POLICY_VERSION_UNKNOWN', `no version is \`${name}\` here`)
}

/** Every time that a version came into force, oldest first. */
export function keptVersions({ dataDir }: Pick<Config, 'dataDir'>): readonly Activation[] {
  return policyVersions(versionsDirectory(dataDir)).activations()
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** As a push from there would name and load it. */
function directoryVersion(directory: string, { policyDir }: PolicyPlaces): LoadedVersion {
  const read = readSetFiles(directory, READING)
  if (read.diagnostics.length > 0) throw policiesInvalid(directory, read.diagnostics)
  const files = rooted(read.files, basename(policyDir))
  const { set, diagnostics } = loadTexts(files)
  if (set === undefined) throw policiesInvalid(directory, diagnostics)
  return { version: set.version, files, set }
}

export interface CompareOptions {
  /** Whether to look for requests that are decided differently. */
  readonly search: boolean
  /** Recorded requests from then on, in milliseconds since the epoch; absent: none. */
  readonly replaySince?: number
  onProgress?(what: string, done: number, of: number): void
}

export interface Comparison {
  readonly diff?: PolicyDiff
  /** Absent when no requests are recorded, or none were to be replayed. */
  readonly replay?: Replay
}

export async function comparePolicies(
  before: LoadedVersion,
  after: LoadedVersion,
  { search, replaySince, onProgress, ...places }: CompareOptions & PolicyPlaces,
): Promise<Comparison> {
  const progress = (what: string) => (done: number, of: number) => onProgress?.(what, done, of)
  const onSearch = { onProgress: progress('operations tried') }
  const diff = search ? { diff: policyDiff(before, after, onSearch) } : {}
  if (replaySince === undefined) return diff
  const sets = { before: before.set, after: after.set }
  const replayed = await readingRequests(places, (reader) => {
    const of = reader.count(replaySince)
    const report = progress('requests replayed')
    return replay(reader.requests(replaySince), sets, (done) => report(done, of))
  })
  return replayed === undefined ? diff : { ...diff, replay: replayed }
}

/** Does a decision become more permissive, in what was found or in what was replayed? */
export function opens({ diff, replay: replayed }: Comparison): boolean {
  const found = [...(diff?.search.witnesses ?? []), ...(replayed?.changes ?? [])]
  return found.some(({ change }) => change === 'permissive')
}
