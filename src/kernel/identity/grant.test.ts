import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkScope, effectiveRoles, type Grant } from './grant.ts'
import { covers, isPermission } from './permission.ts'
import { builtInRoles } from './role.ts'

const ADA = { kind: 'human', id: 'ada' } as const
const GRANTS: readonly Grant[] = [
  { to: ADA, role: 'auditor' },
  { to: ADA, role: 'editor', space: 'sales' },
  { to: ADA, role: 'viewer', space: 'hr' },
  { to: ADA, role: 'auditor', space: 'hr' },
]

const CASES: readonly (readonly [space: string | undefined, roles: readonly string[]])[] = [
  [undefined, ['auditor']],
  ['sales', ['auditor', 'editor']],
  ['hr', ['auditor', 'viewer']],
  ['legal', ['auditor']],
]

for (const [space, roles] of CASES) {
  test(`in ${space ?? 'no space'} the roles are ${roles.join(' and ')}`, () => {
    assert.deepEqual(effectiveRoles(GRANTS, space), roles)
  })
}

test('a grant in one space never shows in another, and taking one away never adds a role', () => {
  const space = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
  const grant = fc
    .record({ role: fc.constantFrom('r', 's', 't'), space })
    .map(({ role, space }): Grant => ({ to: ADA, role, ...(space !== undefined && { space }) }))
  fc.assert(
    fc.property(fc.array(grant, { minLength: 1 }), space, (grants, where) => {
      const roles = effectiveRoles(grants, where)
      const elsewhere = grants.filter(({ space }) => space !== undefined && space !== where)
      const here = grants.filter((each) => !elsewhere.includes(each))
      assert.deepEqual(effectiveRoles(here, where), roles)
      const fewer = effectiveRoles(grants.slice(1), where)
      assert.ok(fewer.every((role) => roles.includes(role)))
    }),
  )
})

test('a role of the organisation is no role in a space, and the other way round', () => {
  for (const role of builtInRoles()) {
    const wrong = role.scope === 'space' ? undefined : 'sales'
    assert.throws(() => checkScope(role, wrong), { code: 'ROLE_SCOPE' })
    checkScope(role, role.scope === 'space' ? 'sales' : undefined)
  }
})

test('a permission names administrative operations, whole or by their beginning', () => {
  for (const good of ['admin.*', 'admin.agents.*', 'admin.agents.suspend']) {
    assert.ok(isPermission(good), good)
  }
  for (const bad of ['*', 'admin', 'admin*', 'memory.read', 'admin.a*', 'admin..x', 'Admin.x']) {
    assert.ok(!isPermission(bad), bad)
  }
  assert.ok(covers(['admin.agents.*'], 'admin.agents.suspend'))
  assert.ok(!covers(['admin.agents.*'], 'admin.agentsx.suspend'))
  assert.ok(!covers(['admin.agents.*'], 'admin.agents'))
  assert.ok(!covers(['admin.agents'], 'admin.agents.suspend'))
})
