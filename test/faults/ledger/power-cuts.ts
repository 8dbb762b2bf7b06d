/** The power goes at any effect on the disk, or a sync fails there and the power goes later. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../../src/kernel/errors.ts'
import { openLedger } from '../../../src/stores/segments/open-ledger.ts'
import { eventLog } from '../../support/scratch.ts'
import { auditLeft, type Loss } from './audit-left.ts'
import { type Fault, PowerCutDisk } from './power-cut-disk.ts'
import { Random } from './random.ts'
import { BOTH_SIGNERS, FIRST_SIGNER, SMALL_SEGMENT, work } from './workload.ts'

/** Effects on the disk of one session, about. */
const EFFECTS = 90

/** One machine that dies some times in a row, as the seed says; and how many faults that were. */
export async function cutPower(
  scratch: string,
  seed: number,
): Promise<Loss & { readonly faults: number }> {
  const random = new Random(seed)
  const acknowledged: string[] = []
  const sessions = 1 + random.below(3)
  let [faults, disk] = [0, undefined as PowerCutDisk | undefined]
  let directory = join(scratch, `${seed}-0`)
  mkdirSync(directory, { recursive: true })
  for (let session = 0; session < sessions; session += 1) {
    const kind = random.chance(0.3) ? 'sync-lost' : 'cut'
    const fault: Fault = { at: 1 + random.below(EFFECTS), kind }
    disk = new PowerCutDisk(directory, { random, ...fault }, disk)
    await live(directory, { disk, prefix: `${session}` }, acknowledged)
    if (disk.hadFault) faults += 1
    // After a failed sync the machine may well go on, with what it has in memory.
    if (kind === 'sync-lost' && disk.hadFault && random.chance(0.5)) continue
    const left = join(scratch, `${seed}-${session + 1}`)
    disk.leave(left)
    rmSync(directory, { recursive: true, force: true })
    directory = left
    disk = PowerCutDisk.startingFrom(left)
  }
  const last = join(scratch, `${seed}-left`)
  disk?.leave(last)
  const loss = await auditLeft(last, { acknowledged, signers: BOTH_SIGNERS })
  rmSync(directory, { recursive: true, force: true })
  // What went wrong stays, to be looked into.
  if (loss.wrong.length === 0) rmSync(last, { recursive: true, force: true })
  return { ...loss, faults }
}

/** Opens the ledger and writes to it until it is refused. */
async function live(
  directory: string,
  { disk, prefix }: { disk: PowerCutDisk; prefix: string },
  acknowledged: string[],
): Promise<void> {
  try {
    const ledger = await openLedger({
      ...{ directory, log: eventLog(), inline: { files: disk }, segmentBytes: SMALL_SEGMENT },
      ...{ freeSpaceMark: 0, headIntervalMs: 0 },
      signers: prefix === '0' ? { active: FIRST_SIGNER } : BOTH_SIGNERS,
    })
    await work(ledger, { prefix, rounds: 8 }, (id) => acknowledged.push(id))
    await ledger.close()
  } catch (error) {
    // The ledger is closed with a disk that is gone.
    if (!(error instanceof PortcullisError) && !disk.hadFault) throw error
  }
}
