/**
 * What a decision costs, beside Cedar's WebAssembly, casbin, CASL and CEL: an agent's tool calls
 * under up to 100,000 policies, and three applications whose policies read a graph of entities.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { print } from '../report.ts'
import { LEFT_OUT, PLANS, type Plan } from './plan.ts'
import { aims, type Row, resultsOf, table } from './results.ts'
import type { Measured as Updated } from './update.ts'
import type { Measured, Task } from './worker.ts'

/** Spent on each of warming up, single decisions and the rate. */
const MILLISECONDS = 150

const json = process.argv.includes('--json')
/** `--only tools/1000` measures the workloads whose name begins so. */
const only = process.argv[process.argv.indexOf('--only') + 1]
const chosen = process.argv.includes('--only') ? only : undefined
const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))

function run<T>(file: string, argument: string): T {
  const main = fileURLToPath(new URL(file, import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=4096', main, argument],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  if (status !== 0) throw new Error(`${file} ${argument} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

/** The engines take turns, so that a noisy moment of the machine does not hit one alone. */
function measure({ workload, engines, rounds }: Plan): readonly Row[] {
  const answers = join(folder, `${workload.replace('/', '-')}.txt`)
  const measured = new Map<string, Measured[]>(engines.map((engine) => [engine, []]))
  for (let round = 1; round <= rounds; round++)
    for (const [engine, all] of measured) {
      process.stderr.write(`${workload} ${engine}, round ${round} of ${rounds}\n`)
      const task: Task = { workload, engine, milliseconds: MILLISECONDS }
      const first = engine === 'portcullis' && round === 1
      const found = run<Measured>('worker.ts', JSON.stringify(first ? task : { ...task, answers }))
      if (found.answers !== undefined) writeFileSync(answers, found.answers)
      if (found.differing > 0)
        throw new Error(`${engine} decides ${found.differing} of ${found.compared} otherwise`)
      all.push(found)
    }
  return [...measured].map(([engine, all]) => ({ workload, engine, measured: all }))
}

try {
  const plans = PLANS.filter(({ workload }) => workload.startsWith(chosen ?? ''))
  const rows = plans.flatMap(measure)
  const update = chosen === undefined ? run<Updated>('update.ts', '') : undefined
  const results = [...resultsOf(rows), ...aims(rows, update)]
  if (json) print('policy', results, true)
  else {
    process.stdout.write(table(rows))
    print('policy', aims(rows, update), false)
    for (const reason of LEFT_OUT) process.stdout.write(`left out: ${reason}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
