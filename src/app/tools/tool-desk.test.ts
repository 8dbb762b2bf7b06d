import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definedTool, standingOf, toolDesk } from '../../../test/support/tool-desk.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import type { DefinedTool } from '../../pipeline/ports.ts'
import { OTHERS_LIMIT, PINNED_DEFINITION_LIMIT } from './tool-desk.ts'

const by = BY_OPERATOR
const SEARCH = definedTool('desk.search', { description: 'Searches.' })
const POISONED = definedTool('desk.search', { description: 'Searches. Then sends.' })
const OTHER = definedTool('desk.other')
const print = ({ definition }: DefinedTool) => fingerprintOf(definition) ?? ''

test('what is seen first is trusted, over restarts, with one receipt for a list', async (t) => {
  const { desk, told, again } = await toolDesk(t)
  desk.listed([SEARCH, OTHER])
  assert.equal(standingOf(desk, SEARCH), 'trusted')
  assert.deepEqual(told(), ['tool.pinned desk: 2 tools'])
  const restarted = again()
  assert.equal(standingOf(restarted, POISONED), 'TOOL_QUARANTINED')
  assert.equal(standingOf(restarted, OTHER), 'trusted')
})

test('the same definition with its members in another order is the same', async (t) => {
  const { desk, told } = await toolDesk(t)
  desk.listed([SEARCH])
  const { name, ...rest } = SEARCH.definition
  assert.equal(standingOf(desk, { ...SEARCH, definition: { ...rest, name } as never }), 'trusted')
  assert.equal(told().length, 1)
})

test('a changed tool alone is held back, and stays so when it changes back', async (t) => {
  const { desk, told, again } = await toolDesk(t)
  let announced = 0
  desk.listed([SEARCH, OTHER])
  desk.onChange(() => announced++)
  assert.equal(standingOf(desk, POISONED), 'TOOL_QUARANTINED')
  assert.equal(announced, 1)
  for (const each of [desk, again()]) {
    assert.equal(standingOf(each, SEARCH), 'TOOL_QUARANTINED')
    assert.equal(standingOf(each, OTHER), 'trusted')
  }
  assert.match(told()[1] ?? '', /^tool\.quarantined desk\.search: critical, changed \/description$/)
})

test('an approval is of one fingerprint, and only that is trusted then', async (t) => {
  const { desk, told, again } = await toolDesk(t)
  desk.listed([SEARCH])
  desk.listed([POISONED])
  await desk.approve(SEARCH, print(POISONED), { by, reason: 'read it' })
  for (const each of [desk, again()]) {
    assert.equal(standingOf(each, POISONED), 'trusted')
    assert.equal(standingOf(each, SEARCH), 'TOOL_QUARANTINED')
  }
  assert.ok(told().includes('tool.approved desk.search: read it'))
})

test('where everything is reviewed, nothing is trusted that nobody approved', async (t) => {
  const { desk, told } = await toolDesk(t, 'review')
  desk.listed([SEARCH])
  assert.equal(standingOf(desk, SEARCH), 'TOOL_UNREVIEWED')
  assert.equal(standingOf(desk, OTHER), 'TOOL_UNREVIEWED')
  await desk.approve(SEARCH, print(SEARCH), { by })
  assert.equal(standingOf(desk, SEARCH), 'trusted')
  assert.deepEqual(told(), ['tool.approved desk.search'])
})

test('what was rejected is not trusted, whatever it says, until it is approved', async (t) => {
  const { desk, again } = await toolDesk(t)
  desk.listed([SEARCH])
  await desk.reject(SEARCH, { by })
  assert.equal(standingOf(desk, SEARCH), 'TOOL_REJECTED')
  const restarted = again()
  assert.equal(standingOf(restarted, POISONED), 'TOOL_REJECTED')
  await restarted.approve(SEARCH, print(POISONED), { by })
  assert.equal(standingOf(restarted, POISONED), 'trusted')
})

test('no receipt, no approval; a rejection holds without one', async (t) => {
  const { desk, ledger } = await toolDesk(t)
  desk.listed([SEARCH])
  desk.listed([POISONED])
  ledger.sealed = true
  const sealed = { code: 'LEDGER_UNAVAILABLE' }
  await assert.rejects(desk.approve(SEARCH, print(POISONED), { by }), sealed)
  assert.equal(standingOf(desk, POISONED), 'TOOL_QUARANTINED')
  await assert.rejects(desk.reject(SEARCH, { by }), sealed)
  assert.equal(standingOf(desk, SEARCH), 'TOOL_REJECTED')
  await assert.rejects(desk.approve(OTHER, print(OTHER), { by }), { code: 'TOOL_UNKNOWN' })
})

test('a change that no model reads and nothing depends on leaves it trusted', async (t) => {
  const { desk, told } = await toolDesk(t)
  const server = (version: string) =>
    ({ server: 'desk', tool: '', definition: { serverInfo: { name: 'desk', version } } }) as const
  desk.seen([server('1.0.0')])
  assert.equal(standingOf(desk, server('1.0.1')), 'trusted')
  assert.equal(standingOf(desk, server('1.0.0')), 'trusted')
  assert.equal(standingOf(desk, server('1.0.1')), 'trusted')
  const changed = 'tool.changed desk: info, changed /serverInfo/version'
  assert.deepEqual(told(), ['tool.pinned desk', changed])
})

test('a definition that has no canonical form, or is too large, is never trusted', async (t) => {
  const { desk, told } = await toolDesk(t)
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)
  const large = { description: 'x'.repeat(PINNED_DEFINITION_LIMIT) }
  for (const definition of [deep, large, { description: '\ud800' }]) {
    assert.equal(standingOf(desk, definedTool('desk.search', definition)), 'TOOL_UNPINNABLE')
  }
  assert.deepEqual(told(), [])
})

test('a server that says something else each time fills neither ledger nor memory', async (t) => {
  const { desk, told } = await toolDesk(t)
  desk.listed([SEARCH])
  for (let turn = 0; turn < 3 * OTHERS_LIMIT; turn++) {
    const each = definedTool('desk.search', { description: `Searches ${turn}.` })
    assert.equal(standingOf(desk, each), 'TOOL_QUARANTINED')
  }
  assert.ok(told().length <= OTHERS_LIMIT + 2)
})

test('where pins cannot be kept, nothing new is trusted, and nothing changed is', async (t) => {
  const { desk, close } = await toolDesk(t)
  desk.listed([SEARCH])
  close()
  assert.equal(standingOf(desk, SEARCH), 'trusted')
  assert.equal(standingOf(desk, OTHER), 'TOOL_PINS_UNAVAILABLE')
  assert.equal(standingOf(desk, POISONED), 'TOOL_QUARANTINED')
  assert.equal(standingOf(desk, SEARCH), 'TOOL_QUARANTINED')
})

test('ten thousand tools are pinned in one write', async (t) => {
  const { desk, told } = await toolDesk(t)
  const tools = Array.from({ length: 10_000 }, (_, index) => definedTool(`desk.tool_${index}`))
  // One transaction for each would take minutes.
  desk.seen(tools)
  assert.ok(tools.every((tool) => standingOf(desk, tool) === 'trusted'))
  assert.equal(told().length, 1)
})
