import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'

const REGISTRY = obligationRegistry({ patterns: [], checkField: () => true })

function warnings(...rules: readonly string[]): readonly string[] {
  const policies = rules.map((rule, index) => `policy p${index} ${rule}`)
  const text = `operation crm.get\noperation crm.update\n${policies.join('\n')}`
  const { set, diagnostics } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  assert.ok(set !== undefined, JSON.stringify(diagnostics))
  return diagnostics.map(({ message, hint }) => `${message}: ${hint}`)
}

const SHADOWED = 'this allows nothing: policy `p1` denies it without a condition'

const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['the same name', ['{ allow: t.x }', '{ deny: t.x }'], [SHADOWED]],
  ['a beginning', ['{ allow: t.x if args.a }', '{ deny: t.* }'], [SHADOWED]],
  ['everything', ['{ allow: t.* }', '{ deny: * }'], [SHADOWED]],
  ['a resource', ['{ allow: memory.read("a") }', '{ deny: memory.read }'], [SHADOWED]],
  ['another resource', ['{ allow: memory.read("a") }', '{ deny: memory.read("b") }'], []],
  ['a narrower deny', ['{ allow: t.* }', '{ deny: t.x }'], []],
  ['a deny with a condition', ['{ allow: t.x }', '{ deny: t.x if args.a }'], []],
  ['a deny for some agents', ['{ allow: t.x }', 'for agents("a") { deny: t.x }'], []],
  ['a deny that is observed', ['{ allow: t.x }', '{ deny: t.y }'], []],
  [
    'a misspelt operation',
    ['{ deny: crm.updat }'],
    ['no declared operation is called `crm.updat`: did you mean `crm.update`?'],
  ],
  ['a declared one', ['{ deny: [crm.get, crm.*] }'], []],
  ['one of a server that declares none', ['{ deny: slack.post }'], []],
]

for (const [name, rules, expected] of CASES)
  test(`what cannot have an effect is warned of: ${name}`, () => {
    assert.deepEqual(warnings(...rules), expected)
  })
