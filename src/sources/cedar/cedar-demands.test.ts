import assert from 'node:assert/strict'
import test from 'node:test'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../kernel/policy/load-policies.ts'
import { obligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import { cedar } from './cedar-language.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const HEAD = '(principal, action, resource)'
const VOCABULARY = `
  obligation log_level in ["info", "debug"]
  approval supervisor_approval { approver: role("supervisor"), ttl: 15m }
`

function decide(ours: string, theirs: string, approved: readonly string[] = []) {
  const own = { file: 'p.policy', text: VOCABULARY + ours }
  const other = { file: 'a.cedar', text: theirs }
  const { set, diagnostics } = loadPolicies([own, other], REGISTRY, { outside: cedar })
  assert.deepEqual(diagnostics.map(renderDiagnostic), [])
  assert.ok(set)
  const attributes = { principal: { id: 'a', roles: [] }, args: {} }
  const resource = { type: 'tool', id: 't.x' } as const
  return set.decide({ operation: 't.x', resource, attributes, approved })
}

test('an approval is demanded until it is there', () => {
  const permit = `@approval("supervisor_approval") permit${HEAD};`
  const missing = decide('', permit)
  assert.deepEqual([missing.effect, missing.reason], ['require_approval', 'approval_required'])
  const [demanded] = missing.approvals
  assert.deepEqual(
    [demanded?.approval.name, demanded?.source.file, demanded?.source.line],
    ['supervisor_approval', 'a.cedar', 1],
  )
  assert.equal(decide('', permit, ['supervisor_approval']).effect, 'allow')
})

test('a deny of ours outweighs an approval of Cedar’s, and so the reverse', () => {
  const permit = `@approval("supervisor_approval") permit${HEAD};`
  assert.equal(decide('policy p { deny: t.* }', permit).effect, 'deny')
  const ours = 'policy p { allow: t.* require: supervisor_approval }'
  assert.equal(decide(ours, `forbid${HEAD};`).effect, 'deny')
})

test('approval outweighs conditions, and conditions an allow, from either side', () => {
  const ours = 'policy p { allow: t.* require: max_rows(100) }'
  assert.equal(decide(ours, `permit${HEAD};`).effect, 'allow_with_conditions')
  const both = decide(ours, `@approval("supervisor_approval") permit${HEAD};`)
  assert.deepEqual([both.effect, both.obligations.length], ['require_approval', 1])
})

test('of one obligation demanded by both sides the strictest holds', () => {
  const ours = 'policy p { allow: t.* require: max_rows(100) require: log_level = "debug" }'
  const theirs = `@obligation("max_rows(50), log_level = \\"info\\"") permit${HEAD};`
  const { obligations } = decide(ours, theirs)
  const texts = obligations.map(({ obligation }) => JSON.stringify(obligation))
  assert.deepEqual(texts.sort(), [
    '{"kind":"declared","name":"log_level","value":"debug"}',
    '{"kind":"max_rows","rows":50}',
  ])
})

test('an equal demand of both sides is one, and no conflict', () => {
  const ours = 'policy p { allow: t.* require: redact("email") }'
  const { obligations } = decide(ours, `@obligation("redact(\\"email\\")") permit${HEAD};`)
  assert.equal(obligations.length, 1)
})
