/**
 * Writes to a ledger in a process of its own, for faults that only the operating system can make,
 * and says on standard output what was acknowledged: `a <id>`; with which code an append or the
 * opening was refused: `refused <code>`; and what an append after that came to: `late <code>`.
 *
 *   node append-until-fault.ts DIRECTORY PREFIX ROUNDS
 */
import { writeSync } from 'node:fs'
import { codeOf } from '../../../src/kernel/errors.ts'
import { openLedger } from '../../../src/stores/segments/open-ledger.ts'
import { refusalDraft } from '../../support/sample-receipts.ts'
import { BOTH_SIGNERS, SMALL_SEGMENT, work } from './workload.ts'

const silent = () => undefined
const log = { info: silent, warn: silent, error: silent }

// Straight to the descriptor: what is acknowledged must be said before anything can happen.
const say = (line: string) => writeSync(1, `${line}\n`)

const [directory = '', prefix = '', rounds = '1'] = process.argv.slice(2)
try {
  const ledger = await openLedger({
    ...{ directory, signers: BOTH_SIGNERS, log, freeSpaceMark: 0 },
    segmentBytes: SMALL_SEGMENT,
    headIntervalMs: 0,
  })
  say('open')
  const about = { prefix, rounds: Number(rounds) }
  const refused = await work(ledger, about, (id) => say(`a ${id}`))
  for (const code of refused) say(`refused ${code}`)
  if (refused.length > 0) {
    const late = await ledger.append(refusalDraft(`${prefix}-late`)).then(
      () => 'acknowledged',
      (error) => codeOf(error),
    )
    say(`late ${late}`)
  }
  await ledger.close()
} catch (error) {
  say(`refused ${codeOf(error)}`)
}
