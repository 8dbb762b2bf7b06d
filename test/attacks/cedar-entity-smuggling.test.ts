import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { cedar } from '../../src/sources/cedar/cedar-language.ts'

const POLICIES = `permit(principal, action, resource);
permit(principal, action == Action::"files.write", resource)
  when { context.input.owner == Role::"admins" };
forbid(principal, action == Action::"files.read", resource) when { context.input has secret };`

/** Arguments in which Cedar's JSON would read an entity or a call instead of a record. */
const SMUGGLED: Readonly<Record<string, JsonObject>> = {
  'an entity as the arguments': { __entity: { type: 'Role', id: 'admins' }, secret: 1 },
  'a call as the arguments': { __extn: { fn: 'decimal', arg: '1.0' }, secret: 1 },
  'an expression as the arguments': { __expr: 'Role::"admins"', secret: 1 },
  'an entity deep inside': { a: [{ b: { __entity: { type: 'Role', id: 'admins' } } }] },
}

function ask(policies: string, operation: string, args: JsonObject) {
  const files = [{ file: 'a.cedar', text: policies }]
  const { set } = loadPolicies(files, new Map(), { outside: cedar })
  const attributes = { principal: { kind: 'agent', id: 'sales', roles: [] }, args }
  return set?.decide({ operation, resource: { type: 'tool', id: operation }, attributes })
}

for (const [what, args] of Object.entries(SMUGGLED))
  test(`${what} is denied by every forbid that it is about`, () => {
    assert.equal(ask(POLICIES, 'files.read', args)?.reason, 'deny_on_error')
  })

test('an entity in the arguments does not meet a permit that compares with one', () => {
  const [, ...rest] = POLICIES.split('\n')
  const owner = { __entity: { type: 'Role', id: 'admins' } }
  const decision = ask(rest.join('\n'), 'files.write', { owner })
  assert.deepEqual([decision?.effect, decision?.reason], ['deny', 'default_deny'])
  assert.match(decision?.errors[0]?.message ?? '', /`__entity` would be read as more than a value/)
})
