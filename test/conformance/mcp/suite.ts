import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Revisions whose required scenarios the suite has frozen. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const
export type Revision = (typeof REVISIONS)[number]

/** Of each scenario, how each of its checks came out: `SUCCESS`, `FAILURE`, `SKIPPED` … */
export type Verdicts = ReadonlyMap<string, ReadonlyMap<string, string>>

interface Check {
  readonly id: string
  readonly status: string
}

const SUITE = join(
  import.meta.dirname,
  'node_modules/@modelcontextprotocol/conformance/dist/index.js',
)
/** How long the whole suite may take, in milliseconds. */
const SUITE_WAIT_MS = 300_000

/** Runs the scenarios that a revision requires, and those it reports beside them, on a server. */
export async function runSuite(url: string, revision: Revision): Promise<Verdicts> {
  const results = mkdtempSync(join(tmpdir(), 'portcullis-conformance-'))
  try {
    const args = [SUITE, 'server', '--url', url, '--requirements', revision, '-o', results]
    await new Promise<void>((resolve) => {
      // It ends with 1 where a check fails: what counts is what it wrote.
      const options = { timeout: SUITE_WAIT_MS, cwd: results, maxBuffer: 64 * 1024 * 1024 }
      execFile(process.execPath, args, options, () => resolve())
    })
    return readVerdicts(results)
  } finally {
    rmSync(results, { recursive: true })
  }
}

function readVerdicts(results: string): Verdicts {
  const verdicts = new Map<string, Map<string, string>>()
  for (const folder of readdirSync(results).sort()) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(folder)?.[1]
    if (scenario === undefined) continue
    verdicts.set(scenario, statusesOf(readChecks(join(results, folder, 'checks.json'))))
  }
  return verdicts
}

/** A scenario that broke off wrote nothing. */
function readChecks(file: string): readonly Check[] {
  if (!existsSync(file)) return [{ id: 'broke off', status: 'FAILURE' }]
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** A check may be made several times in a scenario; each time counts. */
function statusesOf(checks: readonly Check[]): Map<string, string> {
  const statuses = new Map<string, string>()
  const times = new Map<string, number>()
  for (const { id, status } of checks) {
    if (status === 'INFO') continue
    const time = (times.get(id) ?? 0) + 1
    times.set(id, time)
    statuses.set(time === 1 ? id : `${id} #${time}`, status)
  }
  return statuses
}
