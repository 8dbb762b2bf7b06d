/**
 * Appends to a ledger for as long as it lives, eight callers at once, and says on standard output
 * what was acknowledged: `d <id>` for a decision, `e <id>` for its outcome, `refused <code>` when
 * an append or the opening was refused, which ends it.
 *
 *   node append-until-killed.ts DIRECTORY PREFIX
 */
import { writeSync } from 'node:fs'
import { codeOf } from '../../src/kernel/errors.ts'
import { type OpenLedger, openLedger } from '../../src/stores/segments/open-ledger.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'
import { decisionDraft, effectDraft } from '../support/sample-receipts.ts'

const CALLERS = 8
const silent = () => undefined
const log = { info: silent, warn: silent, error: silent }

// Straight to the descriptor: what is acknowledged must be said before anything can happen.
function say(line: string): void {
  try {
    writeSync(1, `${line}\n`)
  } catch (error) {
    // The pipe is full: whoever reads it is slower than the ledger.
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    say(line)
  }
}

async function act(ledger: OpenLedger, name: string): Promise<void> {
  for (let count = 0; ; count += 1) {
    const { id } = await ledger.append(decisionDraft(`${name}-${count}`, name))
    say(`d ${id}`)
    const effect = await ledger.append(effectDraft(`${id}-effect`, id, name))
    say(`e ${effect.id}`)
  }
}

const [directory = '', prefix = ''] = process.argv.slice(2)
try {
  const ledger = await openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log })
  say('open')
  const callers = Array.from({ length: CALLERS }, (_, i) => act(ledger, `${prefix}-${i}`))
  const ends = await Promise.allSettled(callers)
  for (const end of ends) if (end.status === 'rejected') say(`refused ${codeOf(end.reason)}`)
  // Sealed is sealed: a later append is refused too.
  await ledger
    .append(decisionDraft(`${prefix}-late`))
    .catch((error) => say(`late ${codeOf(error)}`))
  await ledger.close()
} catch (error) {
  say(`refused ${codeOf(error)}`)
}
