/**
 * Lets retention take out of a ledger what may go, in a process of its own, for faults that only
 * the operating system can make. Says on standard output how it ended: `done` or `failed <code>`.
 *
 *   node prune-until-fault.ts DIRECTORY
 */
import { writeSync } from 'node:fs'
import { codeOf } from '../../../src/kernel/errors.ts'
import { DISK } from '../../../src/stores/segments/files.ts'
import { prune } from './workload.ts'

const [directory = ''] = process.argv.slice(2)
const outcome = await prune(directory, DISK).then(
  () => 'done',
  (error: unknown) => `failed ${codeOf(error)}`,
)
writeSync(1, `${outcome}\n`)
