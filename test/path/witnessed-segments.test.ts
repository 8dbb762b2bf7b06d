import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { claimedCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { openWitnessedCheckpoint } from '../../src/kernel/tlog/quorum.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { policyOf, runWitness, witnessing } from '../support/running-witness.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { scratch } from '../support/scratch.ts'
import { segmentHeads } from '../support/segment-heads.ts'
import { silentLog } from '../support/silent-log.ts'

async function open(t: TestContext, directory: string) {
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log: silentLog })
  t.after(() => ledger.close())
  return { ledger, heads: segmentHeads(directory, ledger) }
}

const receipts = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => refusalDraft(`r${from + index}`))

test('a durable receipt is witnessed with the head over it, and that is kept', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const policy = policyOf(1, await runWitness(t, 'one.example/w'))
  const { ledger, heads } = await open(t, directory)
  const finality = witnessing(t, heads, { policy })
  for (const draft of receipts(0, 5)) await ledger.append(draft)
  const { size } = claimedCheckpoint(ledger.checkpoint())
  await finality.witnessed()
  const shown = openWitnessedCheckpoint(ledger.published(), policy).checkpoint
  assert.ok(shown.size >= size)
  await finality.close()
  await ledger.close()
  const again = await open(t, directory)
  assert.equal(
    openWitnessedCheckpoint(again.ledger.published(), policy).checkpoint.size,
    shown.size,
  )
  await again.ledger.append(refusalDraft('after'))
  const further = witnessing(t, again.heads, { policy })
  await further.witnessed()
  // Its folder is taken away before the hooks that close it: nothing may write there by then.
  await further.close()
  await again.ledger.close()
})

test('a whole ledger put back from a backup opens, and its witness refuses it', async (t) => {
  const folder = await scratch(t)
  const [directory, backup] = [join(folder, 'ledger'), join(folder, 'backup')]
  const policy = policyOf(1, await runWitness(t, 'one.example/w'))
  const first = await open(t, directory)
  await Promise.all(receipts(0, 3).map((draft) => first.ledger.append(draft)))
  await first.ledger.close()
  cpSync(directory, backup, { recursive: true })
  const second = await open(t, directory)
  for (const draft of receipts(3, 9)) await second.ledger.append(draft)
  const finality = witnessing(t, second.heads, { policy })
  await finality.witnessed()
  await finality.close()
  await second.ledger.close()

  const restored = await open(t, backup)
  const refused = witnessing(t, restored.heads, { policy })
  await assert.rejects(refused.witnessed(), { code: 'FINALITY_BLOCKED' })
  for (const draft of receipts(20, 30)) await restored.ledger.append(draft)
  await assert.rejects(refused.witnessed(), { code: 'FINALITY_BLOCKED' })
  await refused.close()
  await restored.ledger.close()
})
