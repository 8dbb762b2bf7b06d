import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../../src/kernel/errors.ts'
import { FRAME_KINDS } from '../../../src/stores/segments/frame.ts'
import { judgeByKeys } from '../../../src/stores/segments/fsck/judge-by-keys.ts'
import { fsck } from '../../../src/stores/segments/fsck.ts'
import { openLedger } from '../../../src/stores/segments/open-ledger.ts'
import { readFrames } from '../../../src/stores/segments/segment-files.ts'
import { type LedgerSigners, vkeyOf } from '../../../src/stores/segments/signers.ts'
import { SAMPLE_ORIGIN } from '../../support/sample-log.ts'
import { refusalDraft } from '../../support/sample-receipts.ts'
import { eventLog } from '../../support/scratch.ts'
import { FIRST_SIGNER, SECOND_SIGNER } from './workload.ts'

const JUDGE = judgeByKeys([vkeyOf(FIRST_SIGNER), vkeyOf(SECOND_SIGNER)])

/** What is wrong with a ledger after a fault; nothing where all is as promised. */
export interface Loss {
  readonly lost: readonly string[]
  readonly wrong: readonly string[]
}

export interface Expected {
  readonly acknowledged: readonly string[]
  readonly signers: LedgerSigners
  /** Ids of receipts whose bodies retention may have taken out, by the hash of their leaf. */
  readonly byHash?: ReadonlyMap<string, string>
}

/**
 * Opens what a fault left, which recovers it, appends to it, and checks all of it: is everything
 * there that was acknowledged, nothing else, and does the ledger hold?
 */
export async function auditLeft(
  directory: string,
  { acknowledged, signers, byHash = new Map() }: Expected,
): Promise<Loss> {
  const wrong: string[] = []
  try {
    const ledger = await openLedger({ directory, signers, log: eventLog(), inline: {} })
    await ledger.append(refusalDraft('after the fault'))
    await ledger.close()
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error
    wrong.push(`it does not open again: ${error.code} ${error.message}`)
  }
  if (!existsSync(join(directory, 'segments'))) return { lost: acknowledged, wrong }
  const { problems } = fsck(directory, { origin: SAMPLE_ORIGIN, judge: JUDGE })
  wrong.push(...problems.map(({ code, message }) => `${code} ${message}`))
  const there = idsIn(directory, byHash)
  return { lost: acknowledged.filter((id) => !there.has(id)), wrong }
}

/** Ids of the receipts that can be read, whatever else is there, or of which the hash is left. */
function idsIn(directory: string, byHash: ReadonlyMap<string, string>): Set<string> {
  const ids = new Set<string>()
  for (const found of readFrames(directory)) {
    if ('bad' in found || found.frame.log === 0) continue
    const { kind, body } = found.frame
    if (kind === FRAME_KINDS.leaf) ids.add(idOf(Buffer.from(body).toString()))
    const pruned = kind === FRAME_KINDS.pruned && byHash.get(Buffer.from(body).toString('base64'))
    if (typeof pruned === 'string') ids.add(pruned)
  }
  return ids
}

function idOf(leaf: string): string {
  try {
    return JSON.parse(leaf).id
  } catch {
    // Torn, in a ledger that did not open.
    return ''
  }
}
