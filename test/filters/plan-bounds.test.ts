import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { MAX_UNKNOWN_PATHS } from '../../src/kernel/policy/plan/plan.ts'
import { MAX_RESIDUAL_SIZE } from '../../src/kernel/policy/plan/residual.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import { EMPTY_POLICY_SET } from '../../src/kernel/policy/policy-set.ts'
import { REGISTRY } from '../policy-matrix/registry.ts'

const REQUEST: PolicyRequest = {
  ...{ operation: 'memory.read', resource: { type: 'memory', id: 'notes' } },
  attributes: { principal: { words: Array.from({ length: 1_000 }, (_, at) => `w${at}`) } },
}

function planOf(...rules: readonly string[]) {
  const text = `policy p {\n${rules.join('\n')}\n}`
  const { set } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  assert.ok(set !== undefined, text)
  return set.plan(REQUEST)
}

const TOO_MANY_PAIRS = 'any(data.list, |x| data.tags.contains(x))'

test('an allow that could look at too many elements permits nothing, and is named', () => {
  const plan = planOf(`allow: memory.read if ${TOO_MANY_PAIRS}`)
  assert.equal(plan.kind, 'never')
  assert.deepEqual(
    plan.leftOut.map(({ source, message }) => [source.line, message]),
    [[2, 'it could look at more than 100000 elements']],
  )
})

test('a deny that could look at too many elements leaves nothing', () => {
  const plan = planOf('allow: memory.read', `deny: memory.read if ${TOO_MANY_PAIRS}`)
  assert.deepEqual([plan.kind, plan.leftOut.length], ['never', 1])
})

test('a clause that would be too large is left out, and the others stand', () => {
  const words = Array.from({ length: 6 }, () => 'data.word in principal.words').join(' && ')
  const plan = planOf(`allow: memory.read if ${words}`, 'allow: memory.read if data.word == "x"')
  assert.deepEqual([plan.kind, plan.leftOut.length], ['if', 1])
  assert.match(plan.leftOut[0]?.message ?? '', /too large/)
})

test('clauses that are too large together leave nothing', () => {
  const allows = Array.from(
    { length: 6 },
    (_, at) => `allow: memory.read if data.w${at} in principal.words`,
  )
  const plan = planOf(...allows)
  assert.deepEqual([plan.kind, plan.leftOut.length], ['never', 6])
  assert.equal(plan.leftOut[0]?.message, `the residual has more than ${MAX_RESIDUAL_SIZE} nodes`)
})

test('with nothing loaded nothing is permitted', () => {
  const plan = EMPTY_POLICY_SET.plan(REQUEST)
  assert.deepEqual([plan.kind, plan.kind === 'never' && plan.reason], ['never', 'nothing_loaded'])
})

const NOT_UNKNOWN: readonly (readonly [string, readonly string[]])[] = [
  ['a root that no request has', ['dta.owner']],
  ['a path with a gap', ['data..owner']],
  ['nothing', ['']],
  ['the operation', ['operation.name']],
  ['too many paths', Array.from({ length: MAX_UNKNOWN_PATHS + 1 }, (_, at) => `data.a${at}`)],
]
for (const [what, unknown] of NOT_UNKNOWN)
  test(`what cannot be left unknown: ${what}`, () => {
    assert.throws(() => EMPTY_POLICY_SET.plan(REQUEST, { unknown }), { code: 'PLAN_INVALID' })
  })

test('`input` is unknown where `args` is', () => {
  const text = 'policy p { allow: memory.read\n deny: memory.read if input has x }'
  const { set } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  for (const unknown of ['args', 'input.x'])
    assert.equal(
      set?.plan({ ...REQUEST, attributes: { input: {} } }, { unknown: [unknown] }).kind,
      'if',
    )
})
