/**
 * What proving oneself costs: the verification of a credential beside the whole guard that asks for
 * it, and how many tokens the authorization server issues, each with its receipt.
 */
import { figures, measure, print, type Result } from '../report.ts'
import { authenticated } from './authenticated.ts'
import { issued } from './issued.ts'
import { openOffice } from './office.ts'

/** What is measured, in this order. */
const PARTS = [authenticated, issued] as const

const office = await openOffice()
const results: Result[] = []
try {
  for (const part of PARTS) {
    for (const { name, callers, calls, prepare, work, floor } of await part(office)) {
      process.stderr.write(`${name}\n`)
      await prepare?.()
      const sample = await measure(callers, calls, work)
      results.push(...figures(name, sample, floor))
    }
  }
  print('identity', results, process.argv.includes('--json'))
} finally {
  await office.close()
}
