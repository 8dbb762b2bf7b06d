import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'

const FILES = {
  'portcullis.toml': `
[roles.sales]
[agents.sales]
roles = ["sales"]
[agents.research]
roles = []
[memory."CRM.customers"]
`,
  'policies/sales.policy': `policy sales {
  allow: memory.read if principal.roles.contains("sales") && data.owner == principal.id
  deny: memory.read if data.starts during "Mon-Fri 09:00-17:00 UTC"
}
`,
  'columns.json': JSON.stringify({
    table: 'note',
    columns: { 'data.owner': { column: 'owner', type: 'string' } },
  }),
  'broken.json': '{ "table": "note; DROP TABLE note", "columns": {} }',
}
const COMMAND = JSON.stringify(new URL('./policy.ts', import.meta.url))
const PROGRAM = `
  const { policyCommand } = await import(${COMMAND})
  await policyCommand().parseAsync(process.argv.slice(1), { from: 'user' })`

/** A folder with a configuration, policies and maps, and `policy plan` run in it. */
function folder(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-plan-'))
  context.after(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'policies'))
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(directory, file), text)
  return (...args: readonly string[]) => {
    const asked = ['plan', '--action', 'memory.read', '--resource', 'CRM.customers', ...args]
    const program = ['--input-type=module', '-e', PROGRAM, '--', ...asked]
    return spawnSync(process.execPath, program, { cwd: directory, encoding: 'utf8' })
  }
}

test('what is left of the policies is shown as a condition', (t) => {
  const { status, stdout } = folder(t)('--agent', 'sales')
  const residual = '  !(data.starts during "Mon-Fri 09:00-17:00 UTC") && data.owner == "sales"'
  assert.match(stdout, /^if\n/)
  assert.equal(stdout.split('\n')[1], residual)
  assert.match(stdout, /^policy version sha256:[0-9a-f]{64}$/m)
  assert.equal(status, 0)
})

test('for whom no record is permitted, the reason is given and the exit code is 1', (t) => {
  const { status, stdout } = folder(t)('--agent', 'research')
  assert.match(stdout, /^never \(default_deny\): no allow holds\n/)
  assert.equal(status, 1)
})

test('with a map of columns there is SQL, and its parameters apart from it', (t) => {
  const options = ['--dialect', 'sqlite', '--columns', 'columns.json', '--unknown', 'data.owner']
  const { status, stdout } = folder(t)('--agent', 'sales', ...options)
  assert.equal(status, 1, 'the deny reads what is known to be missing')
  assert.match(stdout, /^never \(deny_on_error\)/)
  assert.match(stdout, /^WHERE FALSE$/m)
})

test('a deny that the database cannot be asked leaves no row, and is named', (t) => {
  const options = ['--dialect', 'postgres', '--columns', 'columns.json', '--json']
  const { status, stdout } = folder(t)('--agent', 'sales', ...options)
  const { kind, filter } = JSON.parse(stdout)
  assert.deepEqual([status, kind, filter.kind, filter.where], [1, 'if', 'never', 'FALSE'])
  const [part] = filter.untranslatable
  assert.equal(part.message, '`during` needs a calendar')
  assert.deepEqual([part.source.rule, part.source.line], ['deny', 3])
})

const UNUSABLE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an unknown path that no request has', ['--unknown', 'dtaa.owner'], /PLAN_INVALID/],
  ['SQL without a map', ['--dialect', 'sqlite'], /FILTER_MAP_INVALID/],
  ['a map that is not there', ['--dialect', 'sqlite', '--columns', 'x.json'], /FILE_UNREADABLE/],
  [
    'a map with SQL in a name',
    ['--dialect', 'sqlite', '--columns', 'broken.json'],
    /FILTER_MAP_INVALID/,
  ],
]
for (const [what, options, error] of UNUSABLE)
  test(`${what} is refused`, (t) => {
    const { status, stderr } = folder(t)('--agent', 'sales', ...options)
    assert.match(stderr, error)
    assert.equal(status, 2)
  })
