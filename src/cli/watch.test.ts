import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { startPortcullis } from '../../test/support/run-portcullis.ts'
import type { WatchEvent } from '../client/admin-client.ts'
import { watchLine } from './watch-line.ts'

const ALLOWED: WatchEvent = {
  time: '2026-09-21T14:13:20.125Z',
  agent: 'sales',
  operation: 'slack.post_message',
  resource: 'slack.post_message',
  decision: 'allow_with_conditions',
  state: 'dispatched',
  policy: 'desk',
  file: 'policies/crm.policy',
  line: 4,
  column: 3,
  ms: 0.4159,
  receipt: 'r1',
  seq: 1,
}
const DENIED: WatchEvent = {
  ...{ time: ALLOWED.time, agent: 'research', operation: 'memory.read', receipt: 'r2', seq: 2 },
  ...{ resource: 'CRM.customers', decision: 'deny', code: 'POLICY_DENIED', ms: 0.2 },
}
const REFUSED: WatchEvent = {
  ...{ time: ALLOWED.time, agent: '', operation: '', resource: '', receipt: 'r3', seq: 3 },
  ...{ decision: 'refused', code: 'IDENTITY_MISSING' },
}
const OUTCOME: WatchEvent = {
  ...{ time: ALLOWED.time, agent: 'sales', operation: 'slack.post_message', receipt: 'r4', seq: 4 },
  ...{ resource: 'slack.post_message', state: 'failed', code: 'UPSTREAM_TIMEOUT', ms: 60_000 },
}

const TABLE: readonly [event: WatchEvent, cells: readonly string[]][] = [
  [
    ALLOWED,
    [
      'sales         slack.post_message                  conditions         0.42',
      'policies/crm.policy:4:3 desk',
    ],
  ],
  [
    DENIED,
    ['research      memory.read CRM.customers           deny               0.20', 'POLICY_DENIED'],
  ],
  [
    { ...DENIED, observed: { decision: 'allow', file: 'policies/new.policy', line: 2, column: 3 } },
    [
      'research      memory.read CRM.customers           deny               0.20',
      'POLICY_DENIED [observe mode: would allow, policies/new.policy:2:3]',
    ],
  ],
  [
    REFUSED,
    [
      '-             -                                   refused                ',
      'IDENTITY_MISSING',
    ],
  ],
  [
    OUTCOME,
    [
      'sales         slack.post_message                  failed         60000.00',
      'UPSTREAM_TIMEOUT',
    ],
  ],
]

test('an event is a line: when, who, what, how it was decided, how fast, and by which line', () => {
  for (const [event, cells] of TABLE) {
    const [time, rest] = [/^\d\d:\d\d:\d\d\.125 {2}/, watchLine(event, { colour: false })]
    assert.match(rest, time)
    assert.equal(rest.replace(time, ''), cells.join('  '))
  }
})

test('colours say at a glance what a line is about, where colours are wanted', () => {
  const colours = [ALLOWED, DENIED, REFUSED, OUTCOME].map(
    (event) => /^\u001b\[(\d+)m/.exec(watchLine(event, { colour: true }))?.[1],
  )
  assert.deepEqual(colours, ['33', '31', '31', '33'])
})

test('no name that an agent chose steers the terminal or forges a line', () => {
  const line = watchLine(
    { ...DENIED, operation: 'a\n12:00 sales allow\u001b[2J' },
    { colour: false },
  )
  assert.doesNotMatch(line, /[\n\u001b]/)
})

test('events come as they happen, as lines of JSON with a mark before them', async (t) => {
  const { folder: cwd, emit, server } = await adminRuntime(t)
  const watch = startPortcullis(t, ['watch', '--json'], { cwd })
  assert.equal(await watch.line(), '{"watch":"open"}')
  emit(DENIED)
  assert.deepEqual(JSON.parse(await watch.line()), DENIED)
  await server.close()
  assert.equal(await watch.line(), '{"watch":"closed","reason":"stopped"}')
  const { exit, stderr } = await watch.ended
  assert.deepEqual([exit, stderr], [0, ''])
})

test('people see a table, and are told when the runtime stops', async (t) => {
  const { folder: cwd, emit, server } = await adminRuntime(t)
  const watch = startPortcullis(t, ['watch'], { cwd })
  assert.match(await watch.line(), /^TIME +AGENT +ACTION +DECISION +MS {2}BECAUSE$/)
  emit(ALLOWED)
  assert.match(await watch.line(), /sales +slack\.post_message +conditions/)
  await server.close()
  const { exit, stderr } = await watch.ended
  assert.deepEqual([exit, stderr], [0, 'portcullis: the runtime stopped\n'])
})

test('filters choose, and a count ends the watch', async (t) => {
  const { folder: cwd, emit } = await adminRuntime(t)
  const cases: readonly [args: readonly string[], seen: WatchEvent][] = [
    [['--agent', 'research'], DENIED],
    [['--decision', 'refused'], REFUSED],
    [['--operation', 'memory.*'], DENIED],
    [['--operation', '*.post_*', '--agent', 'sales'], ALLOWED],
  ]
  for (const [args, seen] of cases) {
    const watch = startPortcullis(t, ['watch', '--json', '--count', '1', ...args], { cwd })
    await watch.line()
    for (const event of [REFUSED, DENIED, ALLOWED, OUTCOME]) emit(event)
    assert.deepEqual(JSON.parse(await watch.line()), seen)
    assert.equal((await watch.ended).exit, 0)
  }
})

test('SIGINT ends a watch as it should end', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const watch = startPortcullis(t, ['watch', '--json'], { cwd })
  await watch.line()
  watch.child.kill('SIGINT')
  const { exit, stderr } = await watch.ended
  assert.deepEqual([exit, stderr], [0, ''])
})

test('without a runtime there is nothing to watch', async (t) => {
  const { folder: cwd, server } = await adminRuntime(t)
  await server.close()
  const { exit, stderr } = await startPortcullis(t, ['watch'], { cwd }).ended
  assert.equal(exit, 2)
  assert.match(stderr, /RUNTIME_NOT_RUNNING/)
})

test('a reader of the watch that leaves ends it without a fuss', async (t) => {
  const { folder: cwd, emit } = await adminRuntime(t)
  const watch = startPortcullis(t, ['watch', '--json'], { cwd })
  await watch.line()
  watch.child.stdout?.destroy()
  emit(DENIED)
  emit(DENIED)
  const { exit, stderr } = await watch.ended
  assert.deepEqual([exit, stderr], [0, ''])
})
