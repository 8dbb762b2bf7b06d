import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadText } from '../../../test/support/config-text.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import { compose } from '../compose.ts'
import { tenantOperations } from './tenant-operations.ts'

const bob = (issued: number): Identity => ({
  tenant: DEFAULT_TENANT,
  principal: { kind: 'human', id: 'bob', roles: [] },
  chain: [{ kind: 'human', id: 'bob', via: 'session', session: `s${issued}` }],
  credential: { id: `s${issued}`, issued },
})

test('who is removed is logged out, and comes back only by a new login once added', async (t) => {
  const { folder, config } = await loadText(t, '[spaces.sales]\n')
  mkdirSync(join(folder, 'policies'))
  const { home, close } = await compose(config, silentLog)
  t.after(close)
  const operate = tenantOperations(home, BY_OPERATOR)
  const { standing, clock } = home
  await operate.addMember({ id: 'bob' })
  await operate.grantRole('editor', { kind: 'human', id: 'bob', space: 'sales' })
  const before = bob(clock.now() - 1_000)
  standing.check(before)
  const { grants } = await operate.removeMember('bob')
  assert.deepEqual(
    grants.map(({ role }) => role),
    ['editor'],
  )
  assert.throws(() => standing.check(before), { code: 'IDENTITY_REVOKED' })
  const later = bob(clock.now() + 60_000)
  assert.throws(() => standing.check(later), { code: 'IDENTITY_REVOKED' })
  const back = await operate.addMember({ id: 'bob' })
  assert.deepEqual(back.grants, [])
  standing.check(later)
  assert.throws(() => standing.check(before), { code: 'IDENTITY_REVOKED' })
})
