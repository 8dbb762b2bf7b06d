import assert from 'node:assert/strict'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'
import { checkPolicies } from '../app/check-policies.ts'
import { loadConfig } from '../app/config.ts'

const FILES = [
  'portcullis.toml',
  'policies/starter.policy',
  'policies/starter.test.yaml',
  'customers.json',
  '.portcullis/.gitignore',
  '.portcullis/root.pem',
]

test('the starter is a configuration and a policy without a mistake or a warning', async (t) => {
  const folder = await scratch(t)
  const { exit, stdout } = await runPortcullis(['init', 'gate'], { cwd: folder })
  assert.equal(exit, 0)
  for (const file of FILES) assert.ok(stdout.includes(`  gate/${file}\n`))
  assert.match(stdout, /Move it to a place offline/)
  assert.match(stdout, /next:\n {2}cd gate\n {2}portcullis up/)
  const config = loadConfig(join(folder, 'gate', 'portcullis.toml'), {})
  assert.deepEqual(Object.keys(config.agents), ['sales', 'research'])
  assert.deepEqual(config.warnings, [])
  const { ok, diagnostics } = checkPolicies(config.policyDir)
  assert.deepEqual([ok, diagnostics], [true, []])
})

test('the commented-out part of the starter is right as well', async (t) => {
  const folder = await scratch(t)
  await runPortcullis(['init'], { cwd: folder })
  const file = join(folder, 'portcullis.toml')
  const text = readFileSync(file, 'utf8').replaceAll(/^# (?=\[|\w+ = )/gm, '')
  writeFileSync(file, text)
  const { servers } = loadConfig(file, { SLACK_TOKEN: 's' })
  assert.deepEqual(Object.keys(servers), ['files', 'slack'])
})

test('the starter decides as its comments say', async (t) => {
  const cwd = await scratch(t)
  await runPortcullis(['init'], { cwd })
  const cases: readonly [agent: string, action: string, effect: string][] = [
    ['sales', 'memory.read', 'allow_with_conditions'],
    ['sales', 'memory.write', 'allow_with_conditions'],
    ['research', 'memory.read', 'deny'],
    ['research', 'memory.write', 'deny'],
  ]
  for (const [agent, action, effect] of cases) {
    const value = action === 'memory.write' ? ['--args', '{"key":"k","value":1}'] : []
    const question = ['--agent', agent, '--action', action, '--resource', 'CRM.customers', ...value]
    const { stdout, stderr } = await runPortcullis(['policy', 'explain', ...question, '--json'], {
      cwd,
    })
    assert.equal(JSON.parse(stdout).decision?.effect, effect, stdout + stderr)
  }
})

test('the data directory of the starter is for its owner alone', async (t) => {
  const cwd = await scratch(t)
  await runPortcullis(['init'], { cwd })
  assert.equal(statSync(join(cwd, '.portcullis')).mode & 0o777, 0o700)
})

test('nothing is overwritten, and nothing written beside what is there', async (t) => {
  const cwd = await scratch(t)
  writeFileSync(join(cwd, 'portcullis.toml'), 'mine')
  symlinkSync('nowhere', join(cwd, 'customers.json'))
  const { exit, stderr } = await runPortcullis(['init'], { cwd })
  assert.equal(exit, 2)
  assert.match(
    stderr,
    /there already: `portcullis\.toml`, `customers\.json`\n {2}INIT_WOULD_OVERWRITE/,
  )
  assert.equal(readFileSync(join(cwd, 'portcullis.toml'), 'utf8'), 'mine')
  assert.throws(() => statSync(join(cwd, 'policies')), { code: 'ENOENT' })
})
