import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { DEFAULT_TENANT, type Tenant } from '../../../kernel/identity/tenant.ts'
import { TaskOwners } from './task-owners.ts'

const agent = (id: string, beside: Partial<Identity> = {}): Identity => ({
  tenant: DEFAULT_TENANT,
  principal: { kind: 'agent', id, roles: [] },
  chain: [{ kind: 'agent', id, via: 'bearer-jwt' }],
  ...beside,
})
const SALES = agent('sales')
const RESEARCH = agent('research')
const ann = agent('sales', { human: { kind: 'human', id: 'ann', roles: [] } })

const of = (task: string, server = 'desk') => ({ server, task })

test('a task is of one tenant, agent, person and server, and stays with whom it was first', () => {
  const owners = new TaskOwners({ tasks: 9, tasksPerAgent: 9 })
  owners.note(SALES, of('1'))
  owners.note(RESEARCH, of('1'))
  assert.equal(owners.owns(SALES, of('1')), true)
  const strangers = [RESEARCH, ann, agent('sales', { tenant: 'globex' as Tenant })]
  for (const stranger of strangers) {
    assert.equal(owners.owns(stranger, of('1')), false)
    assert.throws(() => owners.check(stranger, of('1')), { code: 'TASK_UNKNOWN' })
  }
  assert.equal(owners.owns(SALES, of('1', 'files')), false)
  for (const task of [undefined, null, 1, ['1'], '']) {
    assert.equal(owners.owns(SALES, { server: 'desk', task }), false)
  }
  assert.deepEqual([...owners.serversOf(SALES)], ['desk'])
  assert.deepEqual([...owners.serversOf(ann)], [])
})

test('an agent that makes many tasks loses its own oldest, and takes none of another', () => {
  const owners = new TaskOwners({ tasks: 4, tasksPerAgent: 2 })
  owners.note(RESEARCH, of('r'))
  for (const task of ['1', '2', '3']) owners.note(SALES, of(task))
  const left = ['1', '2', '3'].map((task) => owners.owns(SALES, of(task)))
  assert.deepEqual(left, [false, true, true])
  assert.equal(owners.owns(RESEARCH, of('r')), true)
  for (const id of ['a', 'b']) owners.note(agent(id), of(id))
  assert.equal(owners.owns(RESEARCH, of('r')), false, 'the oldest of all gives way')
})

test('what is no id of a task, or too long for one, is nobody’s', () => {
  const owners = new TaskOwners({ tasks: 4, tasksPerAgent: 2 })
  const long = 'x'.repeat(1_025)
  owners.note(SALES, of(long))
  owners.note(SALES, { server: 'desk', task: 7 })
  assert.equal(owners.owns(SALES, of(long)), false)
  assert.deepEqual([...owners.serversOf(SALES)], [])
})
