/** Faults while retention writes the segments of a ledger anew. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { canonical } from '../../../src/kernel/receipt/canonical.ts'
import { leafHashOfText } from '../../../src/kernel/tlog/hash.ts'
import { DISK } from '../../../src/stores/segments/files.ts'
import { openLedger } from '../../../src/stores/segments/open-ledger.ts'
import { listSegments, segmentFile } from '../../../src/stores/segments/segment-files.ts'
import { lastWritten } from '../../../src/stores/segments/tail.ts'
import { eventLog } from '../../support/scratch.ts'
import { receiptsIn } from '../../support/segments.ts'
import { auditLeft, type Loss } from './audit-left.ts'
import { type Fault, PowerCutDisk } from './power-cut-disk.ts'
import { Random } from './random.ts'
import { BOTH_SIGNERS, prune, SMALL_SEGMENT, work } from './workload.ts'

/** Enough to fill some segments. */
const ROUNDS = 30

/** A ledger before retention, and all that its segments may be afterwards. */
export interface OldLedger {
  readonly directory: string
  readonly acknowledged: readonly string[]
  readonly byHash: ReadonlyMap<string, string>
  /** By segment, as it was, and as it is once retention was there. */
  readonly segments: readonly (readonly [old: Buffer, pruned: Buffer])[]
}

/** Writes a ledger that retention finds something in. */
export async function writeOldLedger(scratch: string): Promise<OldLedger> {
  const directory = mkdtempSync(join(scratch, 'old-'))
  const acknowledged: string[] = []
  const ledger = await openLedger({
    ...{ directory, signers: BOTH_SIGNERS, log: eventLog(), inline: {} },
    ...{ segmentBytes: SMALL_SEGMENT, freeSpaceMark: 0, headIntervalMs: 0 },
  })
  await work(ledger, { prefix: 'old', rounds: ROUNDS }, (id) => acknowledged.push(id))
  await ledger.close()
  const receipts = receiptsIn(directory)
  const byHash = receipts.map(
    (receipt) => [leafHashOfText(canonical(receipt)), receipt.id] as const,
  )
  const pruned = copyOf(scratch, directory)
  await prune(pruned, DISK)
  const last = lastWritten(directory) ?? 0
  const old = listSegments(directory).filter((segment) => segment < last)
  const bytesIn = (place: string) => (segment: number) => readFileSync(segmentFile(place, segment))
  const segments = old.map(
    (segment) => [bytesIn(directory)(segment), bytesIn(pruned)(segment)] as const,
  )
  rmSync(pruned, { recursive: true })
  return { directory, acknowledged, byHash: new Map(byHash), segments }
}

/** The power goes, or a sync is lost, at each effect of retention, so many times each. */
export async function* cutsOfRetention(
  scratch: string,
  old: OldLedger,
  times: number,
): AsyncGenerator<Loss & { readonly faults: number }> {
  for (const kind of ['cut', 'sync-lost'] as const) {
    for (let [at, goesOn] = [1, true]; goesOn; at += 1) {
      for (let seed = 0; seed < times && goesOn; seed += 1) {
        const { hadFault, ...loss } = await cutRetention(scratch, old, { at, kind, seed })
        goesOn = hadFault
        yield { ...loss, faults: hadFault ? 1 : 0 }
      }
    }
  }
}

async function cutRetention(
  scratch: string,
  old: OldLedger,
  { seed, ...fault }: Fault & { readonly seed: number },
): Promise<Loss & { readonly hadFault: boolean }> {
  const directory = copyOf(scratch, old.directory)
  const before = PowerCutDisk.startingFrom(directory)
  const disk = new PowerCutDisk(directory, { random: new Random(seed), ...fault }, before)
  await prune(directory, disk).catch((error: unknown) => {
    if (!disk.hadFault) throw error
  })
  const left = `${directory}-left`
  disk.leave(left)
  const loss = await auditRetention(left, old)
  for (const place of [directory, left]) rmSync(place, { recursive: true, force: true })
  return { ...loss, hadFault: disk.hadFault }
}

/** Is each segment the old one or the new, is nothing lost, and does the ledger hold? */
export async function auditRetention(directory: string, old: OldLedger): Promise<Loss> {
  const torn = old.segments.flatMap(([was, pruned], segment) => {
    const bytes = readFileSync(segmentFile(directory, segment))
    return bytes.equals(was) || bytes.equals(pruned) ? [] : [`segment ${segment} is half written`]
  })
  const loss = await auditLeft(directory, { ...old, signers: BOTH_SIGNERS })
  return { ...loss, wrong: [...torn, ...loss.wrong] }
}

export function copyOf(scratch: string, directory: string): string {
  const copy = mkdtempSync(join(scratch, 'copy-'))
  cpSync(directory, copy, { recursive: true })
  return copy
}
