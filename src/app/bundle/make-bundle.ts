import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ShownPayloads } from '../../contract/privacy.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import {
  BUNDLE_FILES,
  type BundleContent,
  type BundleSelection,
  describeBundle,
  MAX_BUNDLE_RECEIPTS,
  receiptPath,
  timelineJson,
} from '../../kernel/receipt/bundle.ts'
import { TILES_FOLDER } from '../../kernel/receipt/bundle-tiles.ts'
import { bundleTimeline, bundleTimelineText } from '../../kernel/receipt/bundle-timeline.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { neededTiles } from '../../kernel/tlog/needed-tiles.ts'
import { formatVerifierKey, parseVerifierKey } from '../../kernel/tlog/note.ts'
import { tilePath } from '../../kernel/tlog/tiles.ts'
import { type LedgerPlace, readVerifierKey } from '../ledger-files.ts'
import { tileBytes } from '../log-tiles.ts'
import { readLedger } from '../parts.ts'
import { portableReceipt } from '../read-receipts.ts'
import { bundleReadme } from './bundle-readme.ts'

export interface BundleOptions {
  readonly place: LedgerPlace
  readonly selection: BundleSelection
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Opens what was kept for a receipt; without it no payload goes with the bundle. */
  open?(receipt: string): Promise<ShownPayloads>
}

type LogReader = ReturnType<ReturnType<typeof readLedger>['of']>

/**
 * The files of a bundle: receipts with their proofs, and all that it takes to verify them.
 * @throws PortcullisError `REQUEST_INVALID` where nothing is selected, or too much.
 */
export async function makeBundle(options: BundleOptions): Promise<BundleContent> {
  const { place, selection, now } = options
  const ledger = readLedger(place.directory)
  const log = ledger.of()
  const files = new Map<string, Uint8Array>()
  const add = (path: string, text: string) => files.set(path, Buffer.from(text, 'utf8'))
  const receipts: Receipt[] = []
  const selected = [...select(log, selection)]
  // Waits until a signed head is over the last of them, and so over all.
  const newest = Math.max(-1, ...selected.map(({ seq }) => seq))
  if (newest >= 0) await portableReceipt(place.directory, String(newest))
  ledger.refresh()
  for (const receipt of selected) {
    const proved = proofOf(log, receipt)
    if (proved === undefined) continue
    add(receiptPath(receipt.seq), proved)
    receipts.push(receipt)
  }
  if (receipts.length === 0) throw new PortcullisError('REQUEST_INVALID', 'no receipt is selected')
  const timeline = bundleTimeline(receipts)
  add(BUNDLE_FILES.timeline, timelineJson(timeline))
  add(BUNDLE_FILES.timelineText, bundleTimelineText(timeline))
  add(BUNDLE_FILES.checkpoint, ledger.checkpoint())
  for (const [path, bytes] of provingTiles(log, receipts)) files.set(path, bytes)
  for (const [path, bytes] of publicKeys(place.keyFile)) files.set(path, bytes)
  add('keys/log.vkey', `${keyOfLog(readVerifierKey(place), log.origin)}\n`)
  const payloads = await addPayloads(receipts, options, add)
  add(BUNDLE_FILES.readme, bundleReadme({ receipts: receipts.length, payloads }))
  const made = new Date(now).toISOString()
  const about = { made, selection, receipts: receipts.length, payloads }
  const { manifest, sums } = describeBundle(files, about)
  add(BUNDLE_FILES.manifest, manifest)
  add(BUNDLE_FILES.sums, sums)
  return files
}

function select(log: LogReader, selection: BundleSelection): readonly Receipt[] {
  const { run, since = -Infinity, until = Infinity, subject } = selection
  const filter = run === undefined ? {} : { run }
  const found: Receipt[] = []
  for (const receipt of log.receipts({ limit: Number.MAX_SAFE_INTEGER, filter })) {
    const timely = receipt.ts >= since && receipt.ts <= until
    if (timely && (subject === undefined || names(receipt, subject))) found.push(receipt)
  }
  if (found.length <= MAX_BUNDLE_RECEIPTS) return found
  const message = `${found.length} receipts are selected; a bundle has ${MAX_BUNDLE_RECEIPTS}`
  throw new PortcullisError('REQUEST_INVALID', message)
}

/** Nothing for a receipt that is so new that no signed head of its log covers it yet. */
function proofOf(log: LogReader, { seq }: Receipt): string | undefined {
  try {
    return log.proof(seq)
  } catch (error) {
    const isNew = error instanceof PortcullisError && error.code === 'LEDGER_RECEIPT_UNKNOWN'
    if (isNew) return undefined
    throw error
  }
}

function names({ in: input, out, event }: Receipt, pseudonym: string): boolean {
  return [input?.subject, out?.subject, event?.subject].includes(pseudonym)
}

/**
 * The log as static files, as far as it takes to prove these receipts. They hold hashes only: what
 * else is in the log is not handed on.
 */
function* provingTiles(
  log: LogReader,
  receipts: readonly Receipt[],
): Generator<[path: string, bytes: Uint8Array]> {
  const note = log.checkpoint()
  yield [`${TILES_FOLDER}checkpoint`, Buffer.from(note, 'utf8')]
  const { size } = claimedCheckpoint(note)
  const leaves = receipts.map(({ seq }) => seq)
  for (const tile of neededTiles(size, leaves)) {
    const bytes = tileBytes(log, size, tile)
    if (bytes !== undefined) yield [`${TILES_FOLDER}${tilePath(tile)}`, bytes]
  }
}

/** The node signs with its one key under the name of each log. */
function keyOfLog(vkey: string, origin: string): string {
  return formatVerifierKey(origin, parseVerifierKey(vkey).raw)
}

/** What others trust the ledger by: its public key and, where there are any, trust documents. */
function* publicKeys(keyFile: string): Generator<[path: string, bytes: Uint8Array]> {
  yield ['keys/ledger.vkey', readFileSync(keyFile)]
  const trust = join(dirname(keyFile), 'trust')
  if (!existsSync(trust)) return
  for (const name of readdirSync(trust).sort()) {
    if (!/^[0-9]{4,}\.json$/.test(name)) continue
    yield [`keys/trust/${name}`, readFileSync(join(trust, name))]
  }
}

async function addPayloads(
  receipts: readonly Receipt[],
  { open }: BundleOptions,
  add: (path: string, text: string) => void,
): Promise<number> {
  let count = 0
  if (open === undefined) return count
  for (const { id, seq, in: input, out } of receipts) {
    if (input?.sealed !== true && out?.sealed !== true) continue
    const shown = await openOrNothing(open, id)
    for (const path of ['in', 'out'] as const) {
      if (shown?.[path] === undefined) continue
      add(`payloads/${String(seq).padStart(10, '0')}-${path}.json`, `${canonical(shown[path])}\n`)
      count += 1
    }
  }
  return count
}

/** What was erased, or whose time was over, is no longer there for a bundle either. */
async function openOrNothing(
  open: NonNullable<BundleOptions['open']>,
  id: string,
): Promise<ShownPayloads | undefined> {
  try {
    return await open(id)
  } catch (error) {
    const gone = ['PAYLOAD_ERASED', 'PAYLOAD_UNKNOWN']
    if (error instanceof PortcullisError && gone.includes(error.code)) return undefined
    throw error
  }
}
