import fc from 'fast-check'
import { diagnosed } from '../../policy-matrix/diagnosed.ts'
import { mutatedText } from '../../policy-matrix/mutated-text.ts'
import type { BatchReport } from './batch.ts'
import type { Counts } from './tally.ts'
import { count } from './tally.ts'

const TEXTS = 1_000

/** Changed policy files: each one loads, or is refused with errors that show their place. */
export function parseBatch(seed: number): BatchReport {
  const counts: Counts = {}
  let cases = 0
  const law = fc.property(mutatedText, (text) => {
    const errors = diagnosed(text)
    cases++
    count(counts, 'files', errors.length === 0 ? 'loaded' : 'refused')
    for (const { message } of errors)
      count(counts, 'errors', message.replaceAll(/`[^`]*`|U\+\w+|\d+/gsu, '…').slice(0, 60))
  })
  const run = fc.check(law, { seed, numRuns: TEXTS })
  if (run.counterexample === null) return { cases, counts }
  const [text] = run.counterexample
  const why = run.errorInstance instanceof Error ? run.errorInstance.stack : run.errorInstance
  return { cases, counts, failure: `${JSON.stringify(text)}\n\n${why}` }
}
