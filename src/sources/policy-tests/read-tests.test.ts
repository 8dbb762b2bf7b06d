import assert from 'node:assert/strict'
import test from 'node:test'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { readTests } from './read-tests.ts'

function read(text: string) {
  const { suites, diagnostics } = readTests({ file: 'p.test.yaml', text })
  return { suites, mistakes: diagnostics.map(renderDiagnostic) }
}

const HEAD = `fixtures:
  principals:
    sales: { roles: [sales], team: east }
    research: {}
  resources:
    customers: { type: memory, id: CRM.customers, privacy: 3 }
  args:
    one: { key: c-1 }
    two: { key: c-2 }
  attributes:
    office: { session: { mfa: true }, context: { door: console } }
now: 2026-11-21T09:30:00+01:00
tests:
`

test('a matrix has a cell for each combination, with the request as the runtime puts it', () => {
  const { suites, mistakes } = read(`${HEAD}
  - name: all
    principals: [sales, research]
    operations: [memory.read, memory.write]
    resources: customers
    args: [one, two]
    attributes: office
    approved: boss
    expect: deny
`)
  assert.deepEqual(mistakes, [])
  const cells = suites[0]?.tests[0]?.cells ?? []
  assert.equal(cells.length, 8)
  assert.deepEqual(cells[1]?.title, ['sales', 'memory.read', 'customers', 'two'])
  const principal = { kind: 'agent', id: 'sales', roles: ['sales'], team: 'east' }
  const about = { type: 'memory', id: 'CRM.customers', privacy: 3 }
  const args = { key: 'c-2' }
  assert.deepEqual(cells[1]?.request, {
    operation: 'memory.read',
    resource: { type: 'memory', id: 'CRM.customers' },
    attributes: {
      ...{ principal, agent: principal, args, input: args, resource: about, data: about },
      operation: { name: 'memory.read' },
      run: { labels: [] },
      session: { id: 'test', mfa: true },
      context: { door: 'console', time: Date.parse('2026-11-21T08:30:00Z') },
    },
    approved: ['boss'],
  })
})

test('a tool is its own resource, and arguments are spelt as the runtime spells them', () => {
  const { suites } = read(`${HEAD}
  - principals: sales
    operations: files.read
    args: { path: /srv/public/../secret }
    expect: deny
`)
  const { resource, attributes } = suites[0]?.tests[0]?.cells[0]?.request ?? {}
  assert.deepEqual(resource, { type: 'tool', id: 'files.read' })
  assert.deepEqual(attributes?.args, { path: '/srv/secret' })
})

test('expectations are found by what they name, and keep their place', () => {
  const { suites, mistakes } = read(`${HEAD}
  - principals: [sales, research]
    operations: [memory.read]
    resources: [customers]
    expect:
      - principal: sales
        effect: allow_with_conditions
        obligations: [redact email]
        rule: [p.policy:3, desk]
        error: false
      - { principal: research, effect: deny, reason: default_deny, approvals: [] }
`)
  assert.deepEqual(mistakes, [])
  const [sales, research] = suites[0]?.tests[0]?.cells ?? []
  assert.deepEqual(
    { ...sales?.expected, at: sales?.expected.at.line },
    {
      ...{ effects: ['allow_with_conditions'], obligations: ['redact email'] },
      ...{ rules: ['p.policy:3', 'desk'], error: false, at: 19 },
    },
  )
  assert.deepEqual(research?.expected.approvals, [])
})

test('anchors and aliases are read', () => {
  const { suites, mistakes } = read(`${HEAD}
  - principals: &who [sales, research]
    operations: [a.b]
    expect: deny
  - principals: *who
    operations: [a.c]
    expect: deny
`)
  assert.deepEqual(mistakes, [])
  assert.equal(suites[0]?.tests[1]?.cells.length, 2)
})

const OF_SALES = '{ principal: sales, effect: deny }'
const TEST = '  - { principals: sales, operations: a.b, expect: deny'

const MISTAKES: readonly (readonly [string, string, ...string[]])[] = [
  ['no YAML', 'tests: [', '1:9 '],
  ['a name twice', 'tests: []\ntests: []', '2:1 Map keys must be unique'],
  ['nothing', '', '1:1 a test file is a record'],
  ['no tests', 'now: 2026-11-21T09:30:00Z', '1:1 a test file has `tests`'],
  ['an empty list', 'tests: []', '1:8 there are no tests here'],
  [
    'an unknown key',
    `fixture: {}\n${HEAD}${TEST} }`,
    '1:1 a test file has no `fixture` | did you mean `fixtures`?',
  ],
  [
    'an unknown key of a test',
    `${HEAD}${TEST}, expects: deny }`,
    '14:57 a test has no `expects` | did you mean `expect`?',
  ],
  [
    'an unknown fixture',
    `${HEAD}  - { principals: slaes, operations: a.b, expect: deny }`,
    '14:19 there is no principal `slaes` | did you mean `sales`?',
  ],
  [
    'an unknown effect',
    `${HEAD}  - { principals: sales, operations: a.b, expect: alow }`,
    '14:51 `alow` is no effect | did you mean `allow`?',
  ],
  [
    'an unknown reason',
    `${HEAD}  - { principals: sales, operations: a.b, expect: { effect: deny, reason: denied } }`,
    '14:75 `denied` is no reason',
  ],
  [
    'no effect',
    `${HEAD}  - { principals: sales, operations: a.b, expect: { reason: default_deny } }`,
    '14:51 an expectation has an `effect`',
  ],
  [
    'a cell without an expectation',
    `${HEAD}  - { principals: [sales, research], operations: a.b, expect: [${OF_SALES}] }`,
    '14:63 nothing is expected of `research a.b`',
  ],
  [
    'a cell with two',
    `${HEAD}  - { principals: sales, operations: a.b, expect: [{ effect: deny }, ${OF_SALES}] }`,
    '14:70 a second expectation of `sales a.b`',
  ],
  [
    'an expectation of what is not there',
    `${HEAD}  - { principals: sales, operations: a.b, expect: { operation: a.c, effect: deny } }`,
    '14:64 this test has no operation `a.c`',
  ],
  [
    'a time without a zone',
    `now: 2026-11-21T09:30:00\ntests: []`,
    '1:6 `2026-11-21T09:30:00` is no time',
    '2:8 ',
  ],
  [
    'a root that policies do not read',
    `${HEAD}${TEST}, attributes: { sesion: {} } }`,
    '14:71 policies read no `sesion` | did you mean `session`?',
  ],
  [
    'roles that are no list',
    'fixtures: { principals: { a: { roles: sales } } }\ntests: []',
    '1:39 `roles` is a list',
    '2:8 ',
  ],
  [
    'a resource without a type',
    'fixtures: { resources: { a: { id: x } } }\ntests: []',
    '1:29 a resource has a `type`',
    '2:8 ',
  ],
  [
    'an infinite number',
    'fixtures: { args: { a: { n: .inf } } }\ntests: []',
    '1:29 only texts, finite numbers',
  ],
  [
    'an anchor that holds itself',
    'fixtures: &a { args: *a }\ntests: []',
    '1:14 too much, or nested too deeply',
  ],
]

for (const [what, text, ...expected] of MISTAKES)
  test(`${what} is told with its place`, () => {
    const { diagnostics } = readTests({ file: 'p.test.yaml', text })
    const shown = diagnostics.map(
      ({ line, column, message, hint }) => `${line}:${column} ${message} | ${hint}`,
    )
    assert.equal(shown.length, expected.length, shown.join('\n'))
    for (const [index, start] of expected.entries())
      assert.ok(
        shown[index]?.startsWith(start.replace(/ \| .*$/u, '')) &&
          shown[index].includes(start.split(' | ')[1] ?? ''),
        `${shown[index]} is not ${start}`,
      )
  })

test('aliases that multiply are stopped', () => {
  let text = 'fixtures:\n  args:\n    a0: &a0 { x: [1,2,3,4,5,6,7,8,9] }\n'
  for (let level = 1; level < 12; level++)
    text += `    a${level}: &a${level} { y: [${Array(9)
      .fill(`*a${level - 1}`)
      .join(', ')}] }\n`
  const { diagnostics } = readTests({ file: 'p.test.yaml', text: `${text}tests: []\n` })
  assert.match(diagnostics[0]?.message ?? '', /too much, or nested too deeply/)
})
