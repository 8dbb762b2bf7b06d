import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALLOWED,
  type InMemoryPorts,
  inMemoryPorts,
  SALES,
} from '../../test/support/in-memory-ports.ts'
import { demanding } from '../../test/support/obligations.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import { MAX_CONDITIONED_TASKS, TaskConditions } from '../kernel/mcp/task-conditions.ts'
import type { Obligation } from '../kernel/obligations/obligation.ts'
import { createGate } from './gate.ts'
import type { Ports } from './ports.ts'

const BY_FIELD: Obligation = { kind: 'redact', fields: ['result.email'], patterns: [] }
const LABEL: Obligation = { kind: 'label', labels: ['private'], marked: false }
const RATE: Obligation = { kind: 'rate_limit', calls: 1, perMs: 60_000 }
const CONTENT = { structuredContent: { email: 'ann@example.org', name: 'Ann' } }
const MADE_2025 = { task: { taskId: 't1', status: 'working' } }
const MADE_2026 = { resultType: 'task', taskId: 't1', status: 'working' }

const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: 's1' }
const REST = { credential: { kind: 'bearer', token: 'good' }, channel: CHANNEL } as const
const CALL = { kind: 'tool.call', server: 'crm', tool: 'find', args: {} } as const

/** A server that answers each method as told, and a policy with conditions on the tool alone. */
function runtime(answers: Readonly<Record<string, JsonObject>>, ...owed: readonly Obligation[]) {
  const decide: InMemoryPorts['policies'] = {
    current: () => ({
      ...{ version: ALLOWED.version, mayAllow: () => true },
      decide: ({ operation }) => (operation === 'crm.find' ? demanding(ALLOWED, ...owed) : ALLOWED),
    }),
  }
  const memory = inMemoryPorts()
  const connector: Ports['connector'] = {
    execute: async (action) =>
      answers[action.kind === 'mcp.request' ? action.method : action.kind] ?? {},
  }
  const gate = createGate({ ...memory, policies: decide, connector })
  const ask = (method: string, args: JsonObject) =>
    gate.guard({ action: { kind: 'mcp.request', server: 'crm', method, args }, ...REST })
  return { ...memory, gate, ask, call: () => gate.guard({ action: CALL, ...REST }) }
}

const CASES = [
  ['tasks/result of 2025-11-25', MADE_2025, 'tasks/result', CONTENT],
  ['tasks/get of 2026-07-28', MADE_2026, 'tasks/get', { taskId: 't1', result: CONTENT }],
] as const

for (const [says, made, method, answer] of CASES)
  test(`attack: what is redacted is fetched as a task: ${says}`, async () => {
    const { call, ask, receipts } = runtime({ 'tool.call': made, [method]: answer }, BY_FIELD)
    await call()
    const outcome = await ask(method, { taskId: 't1' })
    assert.ok(outcome.kind === 'done')
    assert.doesNotMatch(JSON.stringify(outcome.result), /ann@/)
    assert.match(JSON.stringify(outcome.result), /Ann/)
    assert.equal(receipts.at(-2)?.decision?.effect, 'allow_with_conditions')
    assert.ok((receipts.at(-1)?.redactions ?? []).length > 0)
    const other = await ask(method, { taskId: 't2' })
    assert.ok(other.kind === 'done')
    assert.match(JSON.stringify(other.result), /ann@/, 'of another task nothing is owed')
  })

test('attack: what is redacted is read in a list of tasks, or overheard', async () => {
  const told = { statusMessage: 'found ann@example.org' }
  const tasks = [
    { taskId: 't1', ...told },
    { taskId: 't2', ...told },
  ]
  const byPattern: Obligation = { kind: 'redact', fields: [], patterns: ['email'] }
  const answers = { 'tool.call': MADE_2025, 'tasks/list': { tasks } }
  const { call, ask, gate } = runtime(answers, byPattern)
  await call()
  const listed = await ask('tasks/list', {})
  assert.ok(listed.kind === 'done')
  const [first, second] = listed.result.tasks as readonly JsonObject[]
  assert.doesNotMatch(String(first?.statusMessage), /ann@/)
  assert.equal(second?.statusMessage, told.statusMessage)
  const hear = (taskId: string) => {
    const notification = { method: 'notifications/tasks/status', params: { taskId, ...told } }
    return gate.overheard(SALES, { server: 'crm', notification }, CHANNEL)
  }
  assert.doesNotMatch(JSON.stringify(hear('t1')), /ann@/)
  assert.match(JSON.stringify(hear('t2')), /ann@/)
})

test('attack: a label is lost by fetching a result as a task, or by hearing of it', async () => {
  const answers = { 'tool.call': MADE_2026, 'tasks/get': { result: CONTENT } }
  const { call, ask, gate, receipts } = runtime(answers, LABEL)
  await call()
  await ask('tasks/get', { taskId: 't1' })
  assert.deepEqual(receipts.at(-1)?.labels, ['private'])
  const params = { taskId: 't1', result: CONTENT }
  const notification = { method: 'notifications/tasks', params }
  assert.equal(gate.overheard(SALES, { server: 'crm', notification }, CHANNEL), undefined)
})

test('what is owed for asking is not owed again for what came of it', async () => {
  const { call, ask } = runtime({ 'tool.call': MADE_2025, 'tasks/get': CONTENT }, RATE)
  await call()
  for (const _ of [1, 2, 3]) assert.equal((await ask('tasks/get', { taskId: 't1' })).kind, 'done')
})

test('conditions are bounded, and no task that comes again loses any', () => {
  const conditions = new TaskConditions()
  const keep = (task: string, ...owed: readonly Obligation[]) =>
    conditions.keep({ server: 's', task }, demanding(ALLOWED, ...owed))
  const kinds = (task: string) =>
    conditions.of({ server: 's', task }).map(({ obligation }) => obligation.kind)
  keep('first', BY_FIELD)
  keep('first', LABEL)
  keep('first')
  assert.deepEqual(kinds('first'), ['redact', 'label'])
  assert.deepEqual(conditions.of({ server: 't', task: 'first' }), [])
  for (let at = 1; at < MAX_CONDITIONED_TASKS; at++) keep(`${at}`, LABEL)
  assert.deepEqual(kinds('first'), ['redact', 'label'])
  keep('last', LABEL)
  assert.deepEqual([kinds('first'), kinds('last')], [[], ['label']])
})
