import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import { codeOf } from '../../kernel/errors.ts'
import { DISK, type Files } from './files.ts'
import { openLedger } from './open-ledger.ts'

type Fault = 'write fails' | 'write is short' | 'disk is full' | 'sync fails'

/** The disk, but for its n-th write or sync. Other syncs are left out: nothing cuts the power. */
function failing(fault: Fault, nth: number): { files: Files; struck: () => boolean } {
  let count = 0
  const strikes = () => ++count === nth
  const error = (code: string) => Object.assign(new Error(code), { code })
  const files: Files = {
    ...DISK,
    write(file, bytes, at) {
      if (fault === 'sync fails' || !strikes()) return DISK.write(file, bytes, at)
      if (fault === 'write fails') throw error('EIO')
      if (fault === 'disk is full') throw error('ENOSPC')
      return DISK.write(file, bytes.subarray(0, bytes.length / 2), at)
    },
    async appendZeros(file, bytes) {
      if (!strikes()) return DISK.appendZeros(file, bytes)
      if (fault === 'write is short') return DISK.appendZeros(file, bytes / 2)
      throw error(fault === 'disk is full' ? 'ENOSPC' : 'EIO')
    },
    fdatasync() {
      if (fault === 'sync fails' && strikes()) throw error('EIO')
    },
    syncDirectory() {
      if (fault === 'sync fails' && strikes()) throw error('EIO')
    },
  }
  return { files, struck: () => count >= nth }
}

/** Appends one after the other until one is refused; what was acknowledged, and the refusals. */
async function appendUntilRefused(directory: string, files: Files) {
  const acknowledged: string[] = []
  const codes: string[] = []
  try {
    const signers = { active: SAMPLE_SIGNER }
    const small = { segmentBytes: 16 * 1024, batchBytes: 40 * 1024 }
    const ledger = await openLedger({
      directory,
      signers,
      log: eventLog(),
      inline: { files },
      ...small,
    })
    for (let n = 0; n < 40; n += 1) {
      await ledger.append(refusalDraft(`r${n}`)).then(
        ({ id }) => acknowledged.push(id),
        (error) => codes.push(codeOf(error)),
      )
    }
    await ledger.close()
  } catch (error) {
    codes.push(codeOf(error))
  }
  return { acknowledged, codes }
}

for (const fault of ['write fails', 'write is short', 'disk is full', 'sync fails'] as const) {
  test(`where a ${fault}, at whichever step, nothing acknowledged is lost`, async (t) => {
    const folder = await scratch(t)
    let steps = 0
    for (let struck = true; struck; ) {
      steps += 1
      const directory = join(folder, String(steps))
      const disk = failing(fault, steps)
      const { acknowledged, codes } = await appendUntilRefused(directory, disk.files)
      struck = disk.struck()
      const known = codes.filter((code) => !/^LEDGER_(UNAVAILABLE|FULL)$/.test(code))
      assert.deepEqual(known, [], `step ${steps}`)
      const again = await appendUntilRefused(directory, DISK)
      assert.deepEqual(again.codes, [], `opened again after step ${steps}`)
      const ids = new Set(receiptsIn(directory).map(({ id }) => id))
      assert.deepEqual(
        acknowledged.filter((id) => !ids.has(id)),
        [],
        `lost at step ${steps}`,
      )
      assert.deepEqual(checkLedger(directory).problems, [], `step ${steps}`)
    }
    assert.ok(steps > 40, `${steps} steps`)
  })
}
