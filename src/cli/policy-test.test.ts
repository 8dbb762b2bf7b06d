import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'

const POLICY = `policy p {
  allow: t.x if args.n > 3 && args.ok
  deny: t.y
}
`
const TESTS = `fixtures:
  principals: { a: {} }
  args: { high: { n: 4, ok: true }, low: { n: 3, ok: true }, off: { n: 4, ok: false } }
tests:
  - principals: a
    operations: t.x
    args: [high, low, off]
    expect:
      - { args: high, effect: allow }
      - { args: [low, off], effect: deny }
`

async function folder(t: Parameters<typeof scratch>[0], files: Readonly<Record<string, string>>) {
  const cwd = await scratch(t)
  mkdirSync(join(cwd, 'policies'))
  for (const [name, text] of Object.entries({ 'p.policy': POLICY, ...files }))
    writeFileSync(join(cwd, 'policies', name), text)
  const run = (...args: readonly string[]) =>
    runPortcullis(['policy', 'test', 'policies', ...args], { cwd })
  return { cwd, run }
}

test('tests that hold exit 0, and say which rules they never reach', async (t) => {
  const { run } = await folder(t, { 'p.test.yaml': TESTS })
  const { exit, stdout } = await run('--coverage')
  assert.equal(exit, 0)
  assert.match(stdout, /^policies\/p\.test\.yaml\n {2}t\.x\n {4}ok {4}a {2}t\.x {2}high\n/)
  assert.match(stdout, /policies\/p\.policy:3:3 deny in p\n {4}no test is about it\n/)
  assert.match(stdout, /87 %: 7 of 8 ways were seen/)
  assert.match(stdout, /\n3 passed, 0 failed, policy version sha256:/)
  const { exit: below } = await run('--coverage', '--threshold', '90')
  assert.equal(below, 1)
})

test('a test that fails exits 1, with the difference, the explanation and JUnit XML', async (t) => {
  const { cwd, run } = await folder(t, {
    'p.test.yaml': `${TESTS.replace('[low, off]', 'low')}      - { args: off, effect: allow }\n`,
  })
  const { exit, stdout } = await run('--junit', 'report.xml', '--mutate')
  assert.equal(exit, 1)
  assert.match(
    stdout,
    /FAIL {2}a {2}t\.x {2}off\n {10}--> .*p\.test\.yaml:11:9\n {10}effect: expected allow, got/,
  )
  assert.match(stdout, /\| {3}if {6}false {2}args\.ok/)
  assert.match(stdout, /not tried: first the tests have to pass/)
  assert.match(readFileSync(join(cwd, 'report.xml'), 'utf8'), /<testsuites tests="3" failures="1">/)
})

test('mutants that no test notices are shown as changes of their line', async (t) => {
  const { run } = await folder(t, { 'p.test.yaml': TESTS })
  const { exit, stdout } = await run('--mutate')
  assert.equal(exit, 0)
  assert.match(
    stdout,
    /survived: policies\/p\.policy:3:3 leave out the deny\n {4}- deny: t\.y\n {4}\+ ?\n/,
  )
  const { exit: below, stdout: json } = await run('--mutate', '--threshold', '100', '--json')
  const { ok, mutation } = JSON.parse(json)
  assert.deepEqual([below, ok, mutation.complete], [1, false, true])
  const { exit: cut, stdout: some } = await run('--mutate', '--max-mutants', '2')
  assert.match(some, /NOT ALL were tried/)
  assert.equal(cut, 1)
})

const REQUEST = {
  principal: 'Agent::"a"',
  action: 'Action::"t.x"',
  resource: 'Tool::"t.x"',
  context: { input: { n: 4, ok: true }, time: 5 },
}

test('tests of `cedar run-tests` are run as ours', async (t) => {
  const entities = [
    { uid: { type: 'Agent', id: 'a' }, attrs: {}, parents: [{ type: 'Role', id: 'r' }] },
  ]
  const tests = [
    { name: 'high', request: REQUEST, entities, decision: 'allow', reason: ['p'], num_errors: 0 },
    {
      request: { ...REQUEST, context: { input: { n: 4 } } },
      entities: 'e.json',
      decision: 'deny',
      reason: [],
      num_errors: 1,
    },
    { name: 'wrong', request: REQUEST, entities, decision: 'deny', reason: [], num_errors: 0 },
  ]
  const { cwd, run } = await folder(t, {})
  writeFileSync(join(cwd, 'cedar.json'), JSON.stringify(tests))
  writeFileSync(join(cwd, 'e.json'), JSON.stringify(entities))
  const { exit, stdout } = await run('--cedar-tests', 'cedar.json')
  assert.equal(exit, 1)
  assert.match(stdout, /^cedar\.json\n {2}high\n {4}ok {4}a {2}t\.x {2}t\.x\n {2}test 2\n {4}ok/)
  assert.match(stdout, /2 passed, 1 failed/)
})

const UNUSABLE: readonly (readonly [string, Record<string, string>, string[], RegExp])[] = [
  ['no tests', {}, [], /no test below `policies`\n {2}POLICY_TESTS_MISSING/],
  [
    'a mistake in a test',
    { 'p.test.yaml': 'test: []' },
    [],
    /policies\/p\.test\.yaml:1:1\n {2}1 \| test: \[\]\n[\s\S]*POLICY_TESTS_INVALID/,
  ],
  [
    'policies that do not load',
    { 'p.policy': 'policy', 'p.test.yaml': TESTS },
    [],
    /POLICY_INVALID/,
  ],
  ['a threshold that is none', { 'p.test.yaml': TESTS }, ['--threshold', '101'], /REQUEST_INVALID/],
  [
    'a file that is not there',
    { 'p.test.yaml': TESTS },
    ['--cedar-tests', 'none.json'],
    /FILE_UNREADABLE/,
  ],
]

for (const [what, files, args, message] of UNUSABLE)
  test(`${what}: exit 2 and nothing on standard output`, async (t) => {
    const { run } = await folder(t, files)
    const { exit, stdout, stderr } = await run(...args)
    assert.match(stderr, message)
    assert.deepEqual([exit, stdout], [2, ''])
  })
