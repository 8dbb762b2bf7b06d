import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { judgeByKeys } from '../../src/stores/segments/fsck/judge-by-keys.ts'
import { fsck } from '../../src/stores/segments/fsck.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { eventLog, scratch } from '../support/scratch.ts'

const signers = { active: SAMPLE_SIGNER }

/** Appends to the ledger, publishes its head and returns that. */
async function goOn(directory: string, prefix: string): Promise<string> {
  const ledger = await openLedger({ directory, signers, log: eventLog() })
  for (const nth of [1, 2, 3]) await ledger.append(refusalDraft(`${prefix}-${nth}`))
  ledger.publish(ledger.checkpoint())
  await ledger.append(refusalDraft(`${prefix}-published`))
  const head = ledger.checkpoint()
  await ledger.close()
  return head
}

function codes(directory: string, head: string): string[] {
  const remembered = openCheckpoint(head, parseVerifierKey(SAMPLE_VKEY))
  const judge = judgeByKeys([SAMPLE_VKEY])
  const { problems } = fsck(directory, { origin: SAMPLE_ORIGIN, judge, remembered })
  return problems.map(({ code }) => code)
}

test('a backup that is put back is refused by whoever remembers what came after', async (t) => {
  const root = await scratch(t)
  const [directory, backup] = [join(root, 'ledger'), join(root, 'backup')]
  await goOn(directory, 'before')
  cpSync(directory, backup, { recursive: true })
  const head = await goOn(directory, 'after')
  assert.deepEqual(codes(directory, head), [])
  assert.deepEqual(codes(backup, head), ['LEDGER_TRUNCATED'])

  // Put back without what was published since: the ledger itself refuses to go on from it.
  rmSync(join(directory, 'segments'), { recursive: true })
  cpSync(join(backup, 'segments'), join(directory, 'segments'), { recursive: true })
  const opening = openLedger({ directory, signers, log: eventLog() })
  await assert.rejects(opening, { code: 'LEDGER_CORRUPT' })

  // Put back whole, it holds together by itself and goes on: only a memory elsewhere tells.
  const forked = await goOn(backup, 'another history')
  assert.deepEqual(codes(backup, forked), [])
  assert.deepEqual(codes(backup, head), ['LEDGER_FORKED'])
})
