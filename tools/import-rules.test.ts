import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { after, before, test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '..')
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

/** Each line plants one import, and names the rule that must object. */
const PLANTED: readonly [rule: string, from: string, imports: string][] = [
  ['kernel-imports', 'src/kernel/upward.ts', '../pipeline/ports.ts'],
  ['kernel-does-no-io', 'src/kernel/reads.ts', 'node:fs'],
  ['kernel-does-no-io', 'src/kernel/package.ts', 'commander'],
  ['pipeline-imports', 'src/pipeline/part.ts', '../stores/sqlite/ledger.ts'],
  ['pipeline-does-no-io', 'src/pipeline/sleeps.ts', 'node:timers'],
  ['pipeline-does-no-io', 'src/pipeline/package.ts', 'fastify'],
  ['inbound-imports', 'src/inbound/mcp/door.ts', '../../pipeline/guard.ts'],
  ['inbound-imports', 'src/inbound/mcp/to-a-connector.ts', '../../connectors/http/connector.ts'],
  ['connectors-imports', 'src/connectors/http/keeps.ts', '../../stores/sqlite/ledger.ts'],
  ['sources-imports', 'src/sources/policy-files/decides.ts', '../../pipeline/guard.ts'],
  ['stores-imports', 'src/stores/sqlite/app.ts', '../../app/compose.ts'],
  ['sandbox-imports', 'src/sandbox/bwrap/tier.ts', '../../stores/sqlite/ledger.ts'],
  ['monitors-imports', 'src/monitors/cost/monitor.ts', '../../stores/sqlite/ledger.ts'],
  ['language-server-imports', 'src/language-server/reads.ts', '../sources/policy-files/read.ts'],
  ['contract-imports', 'src/contract/api.ts', '../pipeline/ports.ts'],
  ['client-imports', 'src/client/client.ts', '../pipeline/ports.ts'],
  ['app-imports', 'src/app/upward.ts', '../cli/up.ts'],
  ['cli-imports', 'src/cli/direct.ts', '../stores/sqlite/ledger.ts'],
  ['siblings-are-strangers', 'src/stores/postgres/ledger.ts', '../sqlite/ledger.ts'],
  ['console-sees-the-contract', 'console/page.ts', '../src/app/compose.ts'],
  ['production-never-imports-tests', 'src/app/fakes.ts', '../../test/support/ports.ts'],
  ['production-uses-declared-packages', 'src/app/dev-only.ts', 'fast-check'],
  ['no-unresolvable', 'src/app/missing.ts', './nowhere.ts'],
  ['no-cycles', 'src/app/one.ts', './two.ts'],
]

/** Upward imports in other clothes: both must be seen as well. */
const DISGUISED: Readonly<Record<string, string>> = {
  'src/kernel/type-only.ts': "import type { P } from '../pipeline/ports.ts'\nexport type Q = P\n",
  'src/kernel/dynamic.ts': "export const late = () => import('../pipeline/ports.ts')\n",
}

/** What the planted imports reach, and imports that are right. */
const SOUND: Readonly<Record<string, string>> = {
  'src/kernel/hash.ts': "import { hash } from 'node:crypto'\nexport const use = hash\n",
  'src/kernel/hash.test.ts': "import 'node:fs'\nimport 'fast-check'\nimport './hash.ts'\n",
  'src/pipeline/ports.ts': "import type { use } from '../kernel/hash.ts'\nexport type P = use\n",
  'src/pipeline/guard.ts': "import './ports.ts'\n",
  'src/connectors/http/connector.ts': "import '../../pipeline/ports.ts'\nimport 'undici'\n",
  'src/sources/policy-files/read.ts': "import '../../kernel/hash.ts'\n",
  'src/stores/sqlite/ledger.ts': "import 'node:sqlite'\nimport '../../kernel/hash.ts'\n",
  'src/app/compose.ts': "import '../stores/sqlite/ledger.ts'\nimport '../pipeline/guard.ts'\n",
  'src/app/two.ts': "import './one.ts'\n",
  'src/cli/up.ts': "import '../app/compose.ts'\nimport 'commander'\n",
  'src/app/orphan.ts': 'export const alone = 1\n',
  'test/support/ports.ts': "import '../../src/pipeline/ports.ts'\n",
}

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

let folder = ''
let violations: readonly Violation[] = []

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-imports-'))
  for (const name of ['.dependency-cruiser.cjs', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const planted = Object.fromEntries(PLANTED.map(([, from, path]) => [from, `import '${path}'\n`]))
  const files: Record<string, string> = { ...SOUND, ...DISGUISED, ...planted }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const args = [CRUISER, '-T', 'json', 'src', 'console', 'test']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  violations = JSON.parse(stdout).summary.violations
})

after(() => rmSync(folder, { recursive: true }))

const isBlamed = (path: string, rule: string) =>
  violations.some((found) => found.from === path && found.rule.name === rule)

for (const [rule, from, imports] of PLANTED) {
  test(`${from} may not import ${imports}: ${rule}`, () => assert.ok(isBlamed(from, rule)))
}

for (const path of Object.keys(DISGUISED)) {
  test(`${path} is seen through`, () => assert.ok(isBlamed(path, 'kernel-imports')))
}

test('a file that nothing imports and that imports nothing is reported', () => {
  const orphans = violations.filter((found) => found.rule.name === 'no-orphans')
  assert.deepEqual(
    orphans.map((orphan) => orphan.from),
    ['src/app/orphan.ts'],
  )
})

test('imports that point the right way are left alone', () => {
  const blamed = new Set(violations.map((found) => found.from))
  const wrong = PLANTED.map(([, from]) => from).concat(Object.keys(DISGUISED))
  const known = new Set([...wrong, 'src/app/two.ts', 'src/app/orphan.ts'])
  assert.deepEqual(
    [...blamed].filter((path) => !known.has(path)),
    [],
  )
})

test('every rule of the table has a planted violation', () => {
  const config = spawnSync(
    process.execPath,
    ['-p', "JSON.stringify(require('./.dependency-cruiser.cjs').forbidden.map((r) => r.name))"],
    { cwd: folder, encoding: 'utf8' },
  )
  const planted = new Set([...PLANTED.map(([rule]) => rule), 'no-orphans'])
  assert.deepEqual(new Set(JSON.parse(config.stdout)), planted)
})
