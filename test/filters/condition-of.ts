import assert from 'node:assert/strict'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import type { Expression, OrderNode } from '../../src/kernel/policy/language/syntax.ts'
import { ORDERS } from './arbitrary/policies.ts'

/** The labels of `ORDERS`. */
export const LABELS = [
  ['public', 'internal', 'secret'],
  ['small', 'internal'],
]

/** The tree of a condition, and the orders its labels compare under. */
export function conditionOf(text: string): {
  readonly condition: Expression
  readonly orders: readonly OrderNode[]
} {
  const { tree } = parsePolicyFile('p.policy', `${ORDERS} policy p { deny: t.x if ${text} }`)
  const condition = tree.policies[0]?.rules[0]?.guard
  assert.ok(condition !== undefined, text)
  return { condition, orders: tree.declarations.filter((it) => it.kind === 'order') }
}
