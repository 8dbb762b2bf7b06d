/**
 * What proving oneself costs: the verification of a credential beside the whole guard that asks for
 * it, how many tokens the authorization server issues, each with its receipt, what certificates
 * cost, and how soon a changed role counts.
 */
import { figures, measure, print, type Result } from '../report.ts'
import { authenticated } from './authenticated.ts'
import { certificateFigures } from './certificates.ts'
import { issued } from './issued.ts'
import { openOffice } from './office.ts'
import { roleChanges } from './role-changes.ts'

/** What is measured, in this order. */
const PARTS = [authenticated, issued, roleChanges] as const

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
} finally {
  await office.close()
}
results.push(...(await certificateFigures()))
print('identity', results, process.argv.includes('--json'))
