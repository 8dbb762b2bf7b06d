/** What the command line does with a ledger on the disk, beside a runtime or without one. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { FsckReport } from '../kernel/receipt/ledger-report.ts'
import { type Checkpoint, claimedCheckpoint } from '../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../kernel/tlog/note.ts'
import { parseStates } from '../stores/keys-file/key-states-file.ts'
import { checkIndex } from '../stores/segments/check-index.ts'
import {
  judgeByKeys,
  type LedgerJudge,
  type SizedKey,
} from '../stores/segments/fsck/judge-by-keys.ts'
import { fsckInParallel } from '../stores/segments/fsck-in-parallel.ts'
import { hasWriter } from '../stores/segments/ledger-lock.ts'
import { loadConfig } from './config.ts'
import { ledgerDirectory } from './data-files.ts'
import { portableReceipt } from './read-receipts.ts'
import { readTextFile, writeWhole } from './text-files.ts'

const DEFAULT_CONFIG = 'portcullis.toml'
const DEFAULT_DATA = '.portcullis'

/** Where a ledger is, and the public key it is verified with. */
export interface LedgerPlace {
  readonly directory: string
  readonly keyFile: string
  /** Beside a key file that was not named: what is known of the keys before it. */
  readonly statesFile?: string
}

export interface PlaceOptions {
  /** The directory of the ledger, or the data directory that holds it. */
  readonly ledger?: string
  /** A file with a public key. By default the one in the data directory. */
  readonly key?: string
  readonly data?: string
  readonly config?: string
}

/** Finds the ledger that is meant: named itself, by its data directory or by a configuration. */
export function findLedger({ ledger, key, data, config }: PlaceOptions): LedgerPlace {
  const place = ledger ?? data ?? dataDirectory(config)
  const isLedger = existsSync(join(place, 'segments'))
  const home = isLedger ? dirname(place) : place
  return {
    directory: isLedger ? place : ledgerDirectory(place),
    keyFile: key ?? join(home, 'keys', 'ledger.vkey'),
    ...(key === undefined && { statesFile: join(home, 'keys', 'ledger', 'states.json') }),
  }
}

function dataDirectory(config: string | undefined): string {
  if (config === undefined && !existsSync(DEFAULT_CONFIG)) return DEFAULT_DATA
  return loadConfig(config ?? DEFAULT_CONFIG, process.env, { purpose: 'inspect' }).dataDir
}

export interface CheckFileOptions {
  /** Compare with the head in this file, if there is one, and keep the new head if all is well. */
  readonly remember?: string
  /** Compare with the head in this file, which has to be there. */
  readonly head?: string
  /** Compare the index with the segments too. */
  readonly index?: boolean
  onProgress?(done: number, of: number): void
}

/** The report on a ledger, the keys it was judged by, and whether there was a head to compare. */
export interface LedgerVerdict extends FsckReport {
  readonly ledger: string
  readonly keys: readonly string[]
  readonly remembered: boolean
  /** Leaves that the index was compared over; absent where there is none, or nobody asked. */
  readonly indexed?: number
}

export async function checkLedgerFiles(
  place: LedgerPlace,
  options: CheckFileOptions,
): Promise<LedgerVerdict> {
  const { remember, head, onProgress } = options
  const { origin, keys } = keysOf(place)
  const known = head ?? (remember !== undefined && existsSync(remember) ? remember : undefined)
  const judge = judgeByKeys(keys)
  const remembered = known === undefined ? undefined : openHead(readTextFile(known), judge)
  const segments = await fsckInParallel(place.directory, {
    ...{ origin, keys, live: hasWriter(place.directory) },
    ...(remembered !== undefined && { remembered }),
    ...(onProgress !== undefined && { onProgress }),
  })
  const report = options.index === true ? withIndex(segments, place.directory) : segments
  if (remember !== undefined && report.ok) writeWhole(remember, report.head ?? '')
  return {
    ...report,
    ledger: place.directory,
    keys: keys.map(({ vkey }) => vkey),
    remembered: remembered !== undefined,
  }
}

/** Segments in which anything is wrong are nothing to compare an index with. */
function withIndex(report: FsckReport, directory: string): FsckReport & { indexed?: number } {
  if (!report.ok) return report
  const { leaves, problem } = checkIndex(directory)
  const indexed = leaves === undefined ? report : { ...report, indexed: leaves }
  return problem === undefined ? indexed : { ...indexed, ok: false, problems: [problem] }
}

/** The keys in a file, a line each; without a file those that the runtime ever had. */
export function keysOf({ keyFile, statesFile }: LedgerPlace): { origin: string; keys: SizedKey[] } {
  const vkeys = readTextFile(keyFile).trim().split('\n')
  const names = new Set(vkeys.map((vkey) => parseVerifierKey(vkey).name))
  const [origin = '', ...others] = names
  if (others.length > 0) {
    throw new PortcullisError('VKEY_INVALID', `\`${keyFile}\` has keys of several ledgers`)
  }
  if (statesFile === undefined || !existsSync(statesFile)) {
    return { origin, keys: vkeys.map((vkey) => ({ vkey, firstSize: 0 })) }
  }
  const { keys } = parseStates(readTextFile(statesFile), origin)
  const signing = keys.filter(({ purpose }) => purpose === 'checkpoint')
  return { origin, keys: signing.map((key) => ({ ...key, lastSize: key.final?.size })) }
}

export function openHead(note: string, judge: LedgerJudge): Checkpoint {
  return judge.head(note, claimedCheckpoint(note).size).checkpoint
}

/** One receipt with its proofs, as text; also written to `out`, if given. */
export async function exportReceipt(
  directory: string,
  which: string,
  { out, tenant }: { readonly out?: string; readonly tenant?: Tenant } = {},
): Promise<string> {
  const portable = await portableReceipt(directory, which, tenant)
  if (out !== undefined) writeWhole(out, portable)
  return portable
}

/** The public key that a ledger is verified with. */
export function readVerifierKey({ keyFile }: LedgerPlace): string {
  return readTextFile(keyFile).trim()
}
