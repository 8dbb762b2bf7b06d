import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { Orders } from '../../src/kernel/policy/check/orders.ts'
import { compileCondition } from '../../src/kernel/policy/evaluate/compile-expression.ts'
import { scopeOf } from '../../src/kernel/policy/evaluate/scope.ts'
import { FALSE, TRUE } from '../../src/kernel/policy/evaluate/truth.ts'
import { evaluateResidual } from '../../src/kernel/policy/plan/evaluate-residual.ts'
import { reduce } from '../../src/kernel/policy/plan/partial.ts'
import { conditionText } from './arbitrary/conditions.ts'
import { request } from './arbitrary/policies.ts'
import { record } from './arbitrary/records.ts'
import { conditionOf, LABELS } from './condition-of.ts'

const PATHS = ['data', 'data.a', 'data.list', 'data.deep.c', 'principal', 'session.ok']

const asked = fc
  .tuple(request, record)
  .map(([{ attributes }, data]): JsonObject => ({ ...attributes, data }))

test('whatever is left unknown, a residual comes out as its condition does', () => {
  fc.assert(
    fc.property(...[conditionText, asked, fc.subarray(PATHS)], (text, attributes, unknown) => {
      const { condition, orders } = conditionOf(text)
      const truth = compileCondition(condition, new Orders(orders))(scopeOf(attributes))
      const paths = unknown.map((path) => path.split('.'))
      const residual = reduce(condition, {
        known: { attributes, unknown: paths },
        orders: LABELS,
      })
      const outcome = truth === TRUE ? true : truth === FALSE ? false : undefined
      assert.equal(evaluateResidual(residual, attributes), outcome, JSON.stringify(residual))
    }),
    { numRuns: 5_000 },
  )
})
