import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { effectDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { codeOf } from '../../kernel/errors.ts'
import { DISK, type Files } from './files.ts'
import { openLedger } from './open-ledger.ts'

/** A disk on which no file may be longer. */
function upTo(limit: number): Files {
  const write: Files['write'] = (file, bytes, at) =>
    DISK.write(file, bytes.subarray(0, Math.max(0, limit - at)), at)
  return { ...DISK, write }
}

/** Fills a ledger to the last byte with receipts that conclude something. */
async function fill(directory: string, files: Files): Promise<readonly string[]> {
  const log = eventLog()
  const about = { directory, signers: { active: SAMPLE_SIGNER }, log, headIntervalMs: 0 }
  const ledger = await openLedger({ ...about, inline: { files } })
  let refused = ''
  for (let n = 0; refused === ''; n += 1) {
    await ledger.append(effectDraft(`e${n}`, `d${n}`)).catch((error) => {
      refused = codeOf(error)
    })
  }
  assert.equal(refused, 'LEDGER_FULL')
  await ledger.close()
  return log.events
}

test('a disk too full to sign a head neither seals a ledger nor keeps it open', async (t) => {
  const folder = await scratch(t)
  for (let limit = 3_000; limit < 6_000; limit += 200) {
    const directory = join(folder, String(limit))
    const events = await fill(directory, { ...upTo(limit), fdatasync: () => undefined })
    assert.ok(!events.includes('ledger.sealed'), `full after ${limit} bytes`)
    assert.deepEqual(checkLedger(directory).problems, [], `full after ${limit} bytes`)
  }
})
