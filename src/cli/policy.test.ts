import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'

const CONFIG = `
[roles.sales]
[agents.sales]
roles = ["sales"]
[agents.research]
roles = []
[memory."CRM.customers"]
`
const POLICY = `policy sales {
  allow: [slack.post_message, memory.read("CRM.customers")]
    if principal.roles.contains("sales")
  require: redact("email") if operation.name == "memory.read"
}
`
const COMMAND = JSON.stringify(new URL('./policy.ts', import.meta.url))
const PROGRAM = `
  const { policyCommand } = await import(${COMMAND})
  await policyCommand().parseAsync(process.argv.slice(1), { from: 'user' })`

/** A folder with a configuration and a policy, and the command run in it. */
function folder(context: TestContext, policy = POLICY) {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-policy-'))
  context.after(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'portcullis.toml'), CONFIG)
  mkdirSync(join(directory, 'policies'))
  writeFileSync(join(directory, 'policies', 'sales.policy'), policy)
  return (...args: readonly string[]) => {
    const program = ['--input-type=module', '-e', PROGRAM, '--', ...args]
    const { status, stdout, stderr } = spawnSync(process.execPath, program, {
      cwd: directory,
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }
}

test('policies that load are answered with their version', (t) => {
  const { status, stdout } = folder(t)('check')
  assert.match(stdout, /^2 rules, version sha256:[0-9a-f]{64}\n$/)
  assert.equal(status, 0)
})

test('a mistake is shown with its place, and the check fails', (t) => {
  const run = folder(t, 'policy p {\n  deny: slack.* if args.n = 1\n}')
  for (const { status, stdout } of [run('check'), run('check', 'policies')]) {
    assert.match(stdout, /`=` does not compare\n {2}--> policies\/sales\.policy:2:27\n/)
    assert.equal(status, 1)
  }
  const { status, stdout } = run('check', '--json')
  const { ok, diagnostics } = JSON.parse(stdout)
  assert.deepEqual([status, ok, diagnostics[0].line, diagnostics[0].column], [1, false, 2, 27])
})

test('a denial is explained by the clause that failed', (t) => {
  const asked = ['explain', '--agent', 'research', '--action', 'slack.post_message']
  const { status, stdout } = folder(t)(...asked)
  assert.match(stdout, /^deny \(default_deny\): no allow holds\n/)
  assert.match(stdout, /policies\/sales\.policy:2:3/)
  assert.match(stdout, /would be allowed if `principal\.roles\.contains\("sales"\)` were true/)
  assert.equal(status, 1)
})

test('the records of a namespace are asked about by resource', (t) => {
  const asked = ['explain', '--agent', 'sales', '--action', 'memory.read', '--json']
  const run = folder(t)
  const allowed = run(...asked, '--resource', 'CRM.customers')
  const { decision } = JSON.parse(allowed.stdout)
  assert.equal(decision.effect, 'allow_with_conditions')
  assert.equal(allowed.status, 0)
  const denied = JSON.parse(run(...asked, '--resource', 'HR.people').stdout)
  assert.equal(denied.decision.reason, 'default_deny')
})

const UNUSABLE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an agent that is not declared', ['--agent', 'bob', '--action', 'a.b'], /IDENTITY_UNKNOWN/],
  [
    'arguments that are no JSON',
    ['--agent', 'sales', '--action', 'a.b', '--args', '{'],
    /REQUEST_INVALID/,
  ],
  [
    'arguments that are no object',
    ['--agent', 'sales', '--action', 'a.b', '--args', '[]'],
    /REQUEST_INVALID/,
  ],
  [
    'a resource for a tool',
    ['--agent', 'sales', '--action', 'a.b', '--resource', 'x'],
    /REQUEST_INVALID/,
  ],
]

for (const [what, args, code] of UNUSABLE)
  test(`${what} is a mistake of the call, not a denial`, (t) => {
    const { status, stdout, stderr } = folder(t)('explain', ...args)
    assert.match(stderr, code)
    assert.deepEqual([status, stdout], [2, ''])
  })

test('policies that do not load explain nothing', (t) => {
  const run = folder(t, 'policy p { allow slack.post }')
  const { status, stderr } = run('explain', '--agent', 'sales', '--action', 'slack.post')
  assert.match(stderr, /expected `:`, found `slack`[\s\S]*POLICY_INVALID/)
  assert.equal(status, 2)
})

test('the tools of a file are declared, and so are those of one server', (t) => {
  const run = folder(t)
  const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
  const list = JSON.stringify({ tools: [{ name: 'get', inputSchema }, { name: 'ping' }] })
  const file = join(mkdtempSync(join(tmpdir(), 'portcullis-tools-')), 'tools.json')
  t.after(() => rmSync(file))
  writeFileSync(file, list)
  const { status, stdout } = run('types', '--from', file, '--server', 'crm')
  assert.equal(status, 0)
  assert.equal(stdout.split('\n').slice(1).join('\n'), TYPES)
  const wrong = run('types', '--from', 'portcullis.toml')
  assert.deepEqual([wrong.status, /FILE_UNREADABLE/.test(wrong.stderr)], [2, true])
})

const TYPES = `operation crm.get { id: string }
operation crm.ping { ... }
`
