import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { compiledPackage } from '../support/compiled-package.ts'
import { runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DIST = compiledPackage()
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

/** `npm pack` of what the manifest lists, with the package compiled for this test. */
function pack(folder: string): string {
  const staged = join(folder, 'staged')
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const path of ['package.json', ...files].filter((listed) => listed !== 'dist')) {
    if (existsSync(join(ROOT, path))) {
      cpSync(join(ROOT, path), join(staged, path), { recursive: true })
    }
  }
  cpSync(DIST, join(staged, 'dist'), { recursive: true })
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const packed = execFileSync('npm', args, { cwd: staged, encoding: 'utf8', stdio: 'pipe' })
  return JSON.parse(packed)[0].filename
}

test('what is published runs in another project, on every Node that is promised', async (t) => {
  const folder = await scratch(t)
  const filename = pack(folder)
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
