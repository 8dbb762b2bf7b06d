/**
 * Two agents share a report through a runtime of their own: one owns it, the other may read it for
 * as long as it is let. In a project of yours the import reads `portcullis/client`.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AccessCandidate, AccessLevel, ClientError, connect } from '../../src/client.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'portcullis.js')
const folder = mkdtempSync(join(tmpdir(), 'portcullis-example-'))
mkdirSync(join(folder, 'policies'))
cpSync(join(import.meta.dirname, 'portcullis.toml'), join(folder, 'portcullis.toml'))
cpSync(join(import.meta.dirname, 'storage.policy'), join(folder, 'policies', 'storage.policy'))

const runtime = spawn(process.execPath, [LAUNCHER, 'up', '--json'], { cwd: folder })
try {
  await share(await addressOf(runtime))
} finally {
  const gone = once(runtime, 'exit')
  runtime.kill()
  await gone
  rmSync(folder, { recursive: true })
}

async function share(url: string): Promise<void> {
  const sales = storageOf('sales', url)
  const research = storageOf('research', url)

  await sales.write('reports/q3.json', { total: 7, contact: 'ada@example.org' })
  const report = await sales.read('reports/q3.json')
  assert.deepEqual(report.json(), { total: 7, contact: '[redacted:email]' })
  console.log('sales wrote a report, and the address in it was taken out on the way')

  assert.equal(await codeOf(research.read('reports/q3.json')), 'POLICY_DENIED')
  await sales.addAccess('reports/q3.json', AccessCandidate.team('lab'), AccessLevel.Read)
  assert.equal((await research.read('reports/q3.json')).name, 'reports/q3.json')
  console.log('research reads it once sales lets its team')

  await sales.removeAccess('reports/q3.json', AccessCandidate.team('lab'))
  assert.equal(await codeOf(research.read('reports/q3.json')), 'POLICY_DENIED')
  console.log('and no more as soon as sales takes that back')

  const forged = connectors('research', url).requester(AccessCandidate.agent('sales'))
  assert.equal(await codeOf(forged.read('reports/q3.json')), 'CANDIDATE_UNPROVED')
  console.log('research saying that it is sales changes nothing')

  assert.equal(await codeOf(sales.write('payroll/may.csv', 'x')), 'POLICY_DENIED')
  console.log('and a deny of the house wins over whatever a list says')
}

function storageOf(agent: string, url: string) {
  return connectors(agent, url).user(AccessCandidate.agent(agent))
}

function connectors(agent: string, url: string) {
  const run = [LAUNCHER, 'agent', 'token', agent]
  const token = execFileSync(process.execPath, run, { cwd: folder, encoding: 'utf8' }).trim()
  return connect({ url, token }).getStorageConnector()
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return error instanceof ClientError ? error.code : assert.fail('it was not refused')
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) assert.fail('nothing is printed')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return JSON.parse(String(line)).address
}
