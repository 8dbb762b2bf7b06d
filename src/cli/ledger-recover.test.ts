import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '../../test/support/check-ledger.ts'
import { writeLedger } from '../../test/support/sample-ledger.ts'
import { SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import { refusalDraft } from '../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../test/support/scratch.ts'

const home = scratchForFile()
const KEY = join(home, 'ledger.vkey')
writeFileSync(KEY, `${SAMPLE_VKEY}\n`)
const program = join(home, 'recover.mjs')
writeFileSync(
  program,
  `import { recoverCommand } from ${JSON.stringify(new URL('./ledger-recover.ts', import.meta.url))}
   await recoverCommand().parseAsync(process.argv.slice(2), { from: 'user' })`,
)

/** Runs `portcullis ledger recover …`. */
function recover(...args: string[]) {
  const run = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  return { exit: run.status, out: run.stdout }
}

function json(...args: string[]) {
  const { exit, out } = recover(...args, '--json')
  return { exit, ...JSON.parse(out) }
}

test('a damaged end is shown, and set aside only when it is said', async () => {
  const damaged = join(home, 'damaged')
  await writeLedger(damaged, [refusalDraft('kept')])
  const file = join(damaged, 'segments', '0000000000.seg')
  const bytes = readFileSync(file)
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  bytes.fill(0xa5, end, end + 100)
  writeFileSync(file, bytes)
  const about = ['--ledger', damaged, '--key', KEY]
  const planned = json(...about)
  assert.deepEqual([planned.exit, planned.action, planned.done], [0, 'cut', false])
  assert.deepEqual(planned.quarantines, [{ segment: 0, offset: end, bytes: 100 }])
  assert.ok(readFileSync(file).equals(bytes))
  assert.match(recover(...about).out, /LEDGER_TAIL_TORN.*100 bytes at byte \d+.*--yes does it/s)
  assert.deepEqual([json(...about, '--yes').done, json(...about).action], [true, 'sound'])
  assert.deepEqual(checkLedger(damaged).problems, [])
  assert.equal(recover(...about, '--head', file).exit, 2)
})
