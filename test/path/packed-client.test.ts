import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const POLICY = 'policy storage { allow: storage.write unless resource.exists }'

/** As users of SmythOS know it, on one line. */
const SNIPPET = [
  'const candidate = AccessCandidate.agent(agentId);',
  'const storage = ConnectorService.getStorageConnector().user(candidate);',
  "await storage.write('results.json', data);",
].join(' ')

const PROGRAM = `
import { AccessCandidate, ConnectorService } from 'portcullis/client'
const [agentId, data] = ['sales', { node: process.version }]
${SNIPPET}
console.log((await storage.read('results.json')).text())
await storage.delete('results.json')
`

/** The oldest Node that the package is for, where this machine has it as its own. */
const NODES = [process.execPath, ...(existsSync('/usr/bin/node') ? ['/usr/bin/node'] : [])]

test('what is published runs in another project, on every Node that is promised', async (t) => {
  assert.ok(existsSync(join(ROOT, 'dist', 'client.js')), 'build first: npm run build')
  const folder = await scratch(t)
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const packed = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
  const [{ filename }] = JSON.parse(packed)
  const installed = join(folder, 'node_modules', 'portcullis')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1'])
  writeFileSync(join(folder, 'main.mjs'), PROGRAM)
  const running = await runRuntime({ policy: POLICY, agents: ['sales'] })
  t.after(() => running.close())
  const { token } = await running.runtime.operations.issueToken('sales', {})
  const env = { PORTCULLIS_URL: running.runtime.address, PORTCULLIS_TOKEN: token }
  for (const node of NODES) {
    const { stdout } = await promisify(execFile)(node, ['main.mjs'], { cwd: folder, env })
    assert.match(stdout, /^\{"node":"v\d+/)
  }
})
