/**
 * `npm run fuzz -- filters [sqlite|postgres …] [--pairs N] [--seed S] [--json]`: random policies on
 * random rows in real databases. Exit code 0: each filter found the rows that `decide` permits; 1:
 * one did not, and is printed; 2: usage.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import type { Tally } from '../../filters/oracle.ts'
import { newTally, postgresLaw, sqliteLaw } from '../../filters/oracle.ts'
import { PostgresTable } from '../../filters/postgres-table.ts'
import { SqliteTable } from '../../filters/sqlite-table.ts'
import { startPostgres } from '../../support/postgres-server.ts'

const DEFAULT_PAIRS = 100_000
/** Policy sets tried at a time. */
const BATCH = 200
const DATABASES = ['sqlite', 'postgres'] as const
type Database = (typeof DATABASES)[number]

const USAGE = 'usage: npm run fuzz -- filters [sqlite|postgres …] [--pairs N] [--seed S] [--json]'

interface Report extends Tally {
  readonly database: Database
  readonly pairs: number
  readonly seed: number
  readonly seconds: number
  readonly failure?: string
}

type Batch = (parameters: fc.Parameters<unknown>) => Promise<fc.RunDetails<unknown>>

async function main(): Promise<number> {
  const asked = argumentsOf(process.argv.slice(2))
  if (asked === undefined) {
    process.stderr.write(`${USAGE}\n`)
    return 2
  }
  const reports: Report[] = []
  for (const database of asked.databases) {
    const report = await (database === 'sqlite' ? onSqlite(asked) : onPostgres(asked))
    reports.push(report)
    if (!asked.json) process.stdout.write(textOf(report))
  }
  if (asked.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  return reports.some(({ failure }) => failure !== undefined) ? 1 : 0
}

interface Wanted {
  readonly pairs: number
  readonly seed: number
}

async function onSqlite(wanted: Wanted): Promise<Report> {
  const table = new SqliteTable()
  const tally = newTally()
  const law = sqliteLaw(table, tally)
  const report = await run('sqlite', { ...wanted, tally }, async (it) => fc.check(law, it))
  table.close()
  return report
}

async function onPostgres(wanted: Wanted): Promise<Report> {
  const server = await startPostgres()
  const client = await server.connect()
  try {
    const table = new PostgresTable(client)
    await table.create()
    const tally = newTally()
    const law = postgresLaw(table, tally)
    return await run('postgres', { ...wanted, tally }, (it) => fc.check(law, it))
  } finally {
    await client.end()
    await server.stop()
  }
}

async function run(
  database: Database,
  { pairs, seed, tally }: Wanted & { readonly tally: Tally },
  batch: Batch,
): Promise<Report> {
  const begun = performance.now()
  let failure: string | undefined
  for (let at = seed; exactPairs(tally) < pairs && failure === undefined; at++) {
    const details = await batch({ seed: at, numRuns: BATCH })
    if (details.failed)
      failure = `again with ${database} --seed ${at}\n${fc.defaultReportMessage(details)}`
  }
  const seconds = (performance.now() - begun) / 1000
  const report = { database, seed, seconds, pairs: exactPairs(tally), ...tally }
  return failure === undefined ? report : { ...report, failure }
}

/** Those whose filter has to find the rows that are permitted, and no others. */
function exactPairs({ granted, refused, inexact }: Tally): number {
  return granted + refused - inexact
}

function textOf(report: Report): string {
  const { database, pairs, granted, refused, inexact, seconds, seed, failure } = report
  const more = `and ${inexact} under filters that leave something out`
  const share = `${more}; ${granted} of the ${granted + refused} permitted`
  const time = `${seconds.toFixed(0)} s (seed ${seed})`
  const head = `${database}: ${pairs} pairs of policies and rows, ${share}; ${time}`
  return `${head}\n  ${failure ?? 'no over-grant, no under-grant'}\n`
}

function argumentsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: String(DEFAULT_PAIRS) },
        seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 30)) },
        json: { type: 'boolean', default: false },
      },
    })
    const databases = DATABASES.filter((it) => positionals.length === 0 || positionals.includes(it))
    if (!positionals.every((it) => DATABASES.some((known) => known === it))) return undefined
    if (![values.pairs, values.seed].every((it) => /^\d{1,9}$/u.test(it))) return undefined
    return { databases, pairs: Number(values.pairs), seed: Number(values.seed), json: values.json }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

process.exitCode = await main()
