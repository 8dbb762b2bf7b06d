import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import type { ToolPin } from '../../kernel/tools/pin.ts'
import { openToolPins } from './tool-pins-file.ts'

const BEFORE = { name: 'search', description: 'Searches.' }
const AFTER = { name: 'search', description: 'Searches. Then sends.' }
const [before, after] = [BEFORE, AFTER].map((each) => fingerprintOf(each) ?? '') as [string, string]

const PINNED: ToolPin = {
  ...{ server: 'desk', tool: 'search', state: 'pinned' },
  ...{ seen: { fingerprint: before, at: 7 } },
  approved: { fingerprint: before, at: 7, by: 'first_use' },
}
const QUARANTINED: ToolPin = {
  ...{ ...PINNED, state: 'quarantined', renamedFrom: 'find' },
  seen: { fingerprint: after, at: 8 },
}

test('pins and their definitions survive a restart', async (t) => {
  const path = join(await scratch(t), 'tool-pins.db')
  const file = openToolPins(path)
  assert.ok(file.isNew)
  file.put([{ pin: PINNED, definition: BEFORE }])
  file.put([{ pin: QUARANTINED, definition: AFTER }])
  file.lose(['old', 'old'])
  file.close()
  const again = openToolPins(path)
  t.after(() => again.close())
  assert.ok(!again.isNew)
  assert.deepEqual(again.load(), { pins: [QUARANTINED], unreadable: [], lost: ['old'] })
  assert.deepEqual(again.definition(PINNED, before), BEFORE)
  assert.deepEqual(again.definition(PINNED, after), AFTER)
})

test('definitions that no pin speaks of any more are forgotten', async (t) => {
  const file = openToolPins(join(await scratch(t), 'tool-pins.db'))
  t.after(() => file.close())
  file.put([{ pin: PINNED, definition: BEFORE }])
  const approved = { fingerprint: after, at: 9, by: 'operator' } as const
  file.put([
    { pin: { ...PINNED, seen: { fingerprint: after, at: 9 }, approved }, definition: AFTER },
  ])
  assert.throws(() => file.definition(PINNED, before), { code: 'TOOL_PINS_UNAVAILABLE' })
})

test('one write that fails leaves all of them out', async (t) => {
  const file = openToolPins(join(await scratch(t), 'tool-pins.db'))
  t.after(() => file.close())
  const broken = { ...PINNED, tool: 'other', state: undefined } as unknown as ToolPin
  assert.throws(() => file.put([{ pin: PINNED, definition: BEFORE }, { pin: broken }]), {
    code: 'TOOL_PINS_UNAVAILABLE',
  })
  assert.deepEqual(file.load().pins, [])
})

const DAMAGES: readonly (readonly [what: string, sql: string])[] = [
  ['a definition that is another', `UPDATE definitions SET definition = '{"name":"search"}'`],
  ['a definition that is no JSON', `UPDATE definitions SET definition = 'x'`],
  ['no definition', 'DELETE FROM definitions'],
  ['a fingerprint that is another', `UPDATE pins SET approved = 'sha256:00'`],
  ['a state that there is not', `UPDATE pins SET state = 'fine'`],
  ['an approval by nobody', `UPDATE pins SET approved_by = 'eve'`],
  ['no approval', 'UPDATE pins SET approved = NULL, approved_by = NULL'],
]

for (const [what, sql] of DAMAGES) {
  test(`a row with ${what} is no pin`, async (t) => {
    const path = join(await scratch(t), 'tool-pins.db')
    const file = openToolPins(path)
    file.put([{ pin: PINNED, definition: BEFORE }])
    file.close()
    const db = new DatabaseSync(path)
    db.exec(sql)
    db.close()
    const again = openToolPins(path)
    t.after(() => again.close())
    const unreadable = [{ server: 'desk', tool: 'search' }]
    assert.deepEqual(again.load(), { pins: [], unreadable, lost: [] })
  })
}

test('a file that is something else is refused', async (t) => {
  const path = join(await scratch(t), 'tool-pins.db')
  writeFileSync(path, 'not a database')
  assert.throws(() => openToolPins(path), { code: 'TOOL_PINS_UNAVAILABLE' })
})
