import { createPrivateKey } from 'node:crypto'
import { PortcullisError } from '../../../src/kernel/errors.ts'
import type { Files } from '../../../src/stores/segments/files.ts'
import type { OpenLedger } from '../../../src/stores/segments/open-ledger.ts'
import { planPruning } from '../../../src/stores/segments/plan-pruning.ts'
import { pruneLedger } from '../../../src/stores/segments/prune-ledger.ts'
import type { LedgerSigner, LedgerSigners } from '../../../src/stores/segments/signers.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER } from '../../support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../support/sample-receipts.ts'

export const FIRST_SIGNER: LedgerSigner = SAMPLE_SIGNER

/** The private key of RFC 8032 section 7.1, test 2. */
export const SECOND_SIGNER: LedgerSigner = {
  name: SAMPLE_ORIGIN,
  key: createPrivateKey({
    key: Buffer.from(
      '302e020100300506032b657004220420' +
        '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      'hex',
    ),
    format: 'der',
    type: 'pkcs8',
  }),
}

/** Both sign, as while one key takes over: what either signed can be gone on from. */
export const BOTH_SIGNERS: LedgerSigners = { active: SECOND_SIGNER, retiring: FIRST_SIGNER }

/** So small that a few groups fill a segment. */
export const SMALL_SEGMENT = 24 * 1024

/**
 * Writes in every way there is: receipts of two tenants, alone and together, cosigned checkpoints
 * and a change of keys. `acknowledge` hears of each receipt when its append resolves. Ends when an
 * append is refused, and returns with which codes the others were.
 */
export async function work(
  ledger: OpenLedger,
  { prefix, rounds }: { prefix: string; rounds: number },
  acknowledge: (id: string) => void,
): Promise<readonly string[]> {
  for (let round = 0; round < rounds; round += 1) {
    const log = round % 3 === 1 ? ledger.of('acme') : ledger
    const name = `${prefix}-${round}`
    const appended = [
      log.append(decisionDraft(`${name}-d`, name)),
      log.append(effectDraft(`${name}-e`, `${name}-d`, name)),
      ...(round % 2 === 0 ? [ledger.append(refusalDraft(`${name}-r`))] : []),
    ].map((place) => place.then(({ id }) => acknowledge(id)))
    const refused = (await Promise.allSettled(appended)).flatMap(codeOfRefusal)
    if (refused.length > 0) return refused
    if (round % 4 === 1) ledger.publish(ledger.checkpoint())
    if (round % 8 === 5) ledger.useSigners(BOTH_SIGNERS)
  }
  return []
}

/** Takes the bodies of all receipts out that may go, in whole segments before the last. */
export function prune(directory: string, files: Files): Promise<void> {
  const plan = planPruning(directory, () => true)
  return pruneLedger(plan, { directory, files, signers: BOTH_SIGNERS })
}

function codeOfRefusal(result: PromiseSettledResult<void>): string[] {
  if (result.status === 'fulfilled') return []
  return [result.reason instanceof PortcullisError ? result.reason.code : String(result.reason)]
}
