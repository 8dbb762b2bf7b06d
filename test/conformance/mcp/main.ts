/**
 * `npm run conformance [-- --json] [--revision 2026-07-28]`: runs the official conformance suite of
 * MCP on a server, and on the same server through Portcullis, and prints where they differ.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runRuntime } from '../../support/running-runtime.ts'
import { compare, type Row, tableOf } from './compare.ts'
import { credentialed } from './credentialed.ts'
import { REVISIONS, type Revision, runSuite } from './suite.ts'

const POLICY = 'policy conformance {\n  allow: fixture.*\n}\n'

interface Compared {
  readonly revision: Revision
  readonly rows: readonly Row[]
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, revision: { type: 'string' } },
})
const asked = REVISIONS.filter((it) => values.revision === undefined || values.revision === it)
if (asked.length === 0) {
  process.stderr.write(
    `usage: npm run conformance [-- --json] [--revision ${REVISIONS.join('|')}]\n`,
  )
  process.exit(2)
}

const compared = await withBoth(async (direct, through) => {
  const all: Compared[] = []
  for (const revision of asked) {
    process.stderr.write(`${revision}: on the server itself\n`)
    const one = await runSuite(direct, revision)
    process.stderr.write(`${revision}: through Portcullis\n`)
    all.push({ revision, rows: compare(one, await runSuite(through, revision)) })
  }
  return all
})
const differing = compared.flatMap(({ rows }) => rows).filter((row) => row.differences.length > 0)
if (values.json) {
  process.stdout.write(`${JSON.stringify({ compared, differing: differing.length })}\n`)
} else {
  for (const { revision, rows } of compared) {
    process.stdout.write(`\nMCP ${revision}\n${tableOf(rows)}\n`)
  }
  process.stdout.write(`\n${differing.length} scenarios differ\n`)
}
process.exitCode = differing.length === 0 ? 0 : 1

/** Runs the fixture, and a runtime that has it behind it. */
async function withBoth<T>(use: (direct: string, through: string) => Promise<T>): Promise<T> {
  const fixture = spawn(process.execPath, [join(import.meta.dirname, 'fixture', 'server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [said] = (await once(fixture.stdout, 'data')) as [Buffer]
    const direct = said.toString().trim()
    const more = `[servers.fixture]\ntransport = "http"\nurl = "${direct}"\n`
    const running = await runRuntime({ policy: POLICY, agents: ['suite'], more })
    try {
      const { token } = await running.runtime.operations.issueToken('suite', {})
      const endpoint = new URL('/mcp/fixture', running.runtime.address)
      const proxy = await credentialed(endpoint, token)
      const value = await use(direct, proxy.url)
      proxy.close()
      return value
    } finally {
      await running.close()
    }
  } finally {
    fixture.kill()
  }
}
