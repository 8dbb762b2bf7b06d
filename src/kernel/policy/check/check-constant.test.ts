import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'

const REGISTRY = obligationRegistry({ patterns: [], checkField: () => true })

function warnings(guard: string): readonly string[] {
  const text = `order size { small < medium < large }\npolicy p { deny: t.x if ${guard} }`
  const { set, diagnostics } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  assert.ok(set !== undefined, JSON.stringify(diagnostics))
  return diagnostics.map(({ message }) => message)
}

const NEVER = [
  'false',
  'args.a && false',
  'args.a && !args.a',
  'args.a == 1 && args.a == 2',
  'args.a > 3 && args.a < 3',
  'args.a > 3 && args.a <= 3',
  'args.a == "x" && args.a != "x"',
  'args.a == "x" && args.a == 1',
  'args.a > "medium" && args.a < "large"',
  '1 == 2',
  '3 < args.a && args.a == 3',
  '!(args.a == 1 || args.a != 1)',
]
const ALWAYS = [
  'true',
  'args.a || true',
  'args.a || !args.a',
  'args.a < 3 || args.a >= 3',
  'args.a == "x" || args.a != "x"',
  '"a" == "a"',
]
const EITHER = [
  'args.a > 3 && args.a < 4',
  'args.a >= 3 && args.a <= 3',
  'args.a > "small" && args.a < "large"',
  'args.a == 1 && args.b == 2',
  'args.a != 1 && args.a != 2',
  'args.a == "x" || args.a == "y"',
  'args.a != true',
]

for (const guard of NEVER)
  test(`no request makes \`${guard}\` true`, () => {
    assert.deepEqual(warnings(guard), ['no request makes this true'])
  })
for (const guard of ALWAYS)
  test(`no request makes \`${guard}\` false`, () => {
    assert.deepEqual(warnings(guard), ['no request makes this false'])
  })
for (const guard of EITHER)
  test(`nothing is said of \`${guard}\``, () => {
    assert.deepEqual(warnings(guard), [])
  })
