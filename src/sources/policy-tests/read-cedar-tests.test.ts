import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { readCedarTests } from './read-tests.ts'

const REQUEST = {
  principal: 'Acme::Agent::"s\\u{e9}\\"x"',
  action: 'Acme::Action::"memory.read"',
  resource: 'Acme::Memory::"CRM"',
  context: { input: { key: 'c' }, session: { ok: true }, time: 7, door: 'mcp' },
}
const ENTITIES = [
  {
    uid: { type: 'Acme::Agent', id: 'sé"x' },
    attrs: { clearance: 'secret', rate: { __extn: { fn: 'decimal', arg: '1.5' } } },
    parents: [
      { __entity: { type: 'Acme::Role', id: 'sales' } },
      { type: 'Acme::Team', id: 'east' },
    ],
  },
  { uid: { type: 'Acme::Memory', id: 'CRM' }, attrs: { level: 3 }, parents: [] },
]
const TEST = {
  request: REQUEST,
  entities: ENTITIES,
  decision: 'allow',
  reason: ['p'],
  num_errors: 0,
}

async function read(t: TestContext, tests: unknown, entities: unknown = ENTITIES) {
  const folder = await scratch(t)
  mkdirSync(join(folder, 'tests'))
  writeFileSync(join(folder, 'tests', 'a.json'), JSON.stringify(tests, null, 1))
  for (const place of ['tests', '.'])
    writeFileSync(join(folder, place, 'e.json'), JSON.stringify(entities))
  const { suites, diagnostics } = readCedarTests(join(folder, 'tests', 'a.json'))
  return { tests: suites[0]?.tests ?? [], diagnostics }
}

test('a request of Cedar is one of ours, by the mapping backwards', async (t) => {
  const { tests, diagnostics } = await read(t, [TEST])
  assert.deepEqual(diagnostics, [])
  const [cell] = tests[0]?.cells ?? []
  const principal = { kind: 'agent', id: 'sé"x', roles: ['sales'], clearance: 'secret', rate: 1.5 }
  const resource = { type: 'memory', id: 'CRM', level: 3 }
  assert.deepEqual(cell?.request, {
    operation: 'memory.read',
    resource: { type: 'memory', id: 'CRM' },
    attributes: {
      ...{ principal, agent: principal, resource, data: resource },
      ...{ args: { key: 'c' }, input: { key: 'c' } },
      operation: { name: 'memory.read' },
      run: { labels: [] },
      session: { id: 'test', ok: true },
      context: { door: 'mcp', time: 7 },
    },
  })
  const { at: _at, ...expected } = cell?.expected ?? {}
  const effects = ['allow', 'allow_with_conditions']
  assert.deepEqual(expected, { effects, rules: ['p'], error: false })
})

test('entities may stand in a file beside the tests, and nowhere else', async (t) => {
  const { tests, diagnostics } = await read(t, [{ ...TEST, entities: 'e.json' }])
  assert.deepEqual([tests.length, diagnostics], [1, []])
  const outside = await read(t, [{ ...TEST, entities: '../e.json' }])
  assert.match(outside.diagnostics[0]?.message ?? '', /not in the folder of the tests/)
})

const MISTAKES: readonly (readonly [string, unknown, RegExp])[] = [
  ['no list', TEST, /a file of Cedar tests is a list/],
  ['no decision', [{ request: REQUEST }], /has a `decision`/],
  ['another decision', [{ ...TEST, decision: 'permit' }], /`permit` is no decision/],
  ['no entity', [{ ...TEST, request: { ...REQUEST, principal: 'sales' } }], /`sales` is no entity/],
  [
    'another resource',
    [{ ...TEST, request: { ...REQUEST, resource: 'Photo::"x"' } }],
    /`Photo` is no type of resource/,
  ],
  ['an unknown key', [{ ...TEST, decisoin: 'allow' }], /has no `decisoin`/],
  [
    'an entity as a value',
    [
      {
        ...TEST,
        request: { ...REQUEST, context: { input: { a: { __entity: { type: 'A', id: 'b' } } } } },
      },
    ],
    /no counterpart here/,
  ],
]

for (const [what, tests, message] of MISTAKES)
  test(`${what} in a file of Cedar tests is told with its place`, async (t) => {
    const { diagnostics } = await read(t, tests)
    assert.equal(diagnostics.length, 1)
    assert.match(diagnostics[0]?.message ?? '', message)
    assert.ok((diagnostics[0]?.line ?? 0) >= 1)
  })
