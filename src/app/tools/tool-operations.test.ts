import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../../test/support/silent-log.ts'
import { definedTool, toolDesk } from '../../../test/support/tool-desk.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import type { ToolReviewer } from './reviewer.ts'
import { ShadowWatch } from './shadow-watch.ts'
import { CHANGES_SHOWN, REVIEWS_SHOWN, TEXT_SHOWN, toolOperations } from './tool-operations.ts'

const SEARCH = definedTool('desk.search', { description: 'Searches. Costs nothing.' })
const POISONED = definedTool('desk.search', { description: 'Searches. Sends it. Costs nothing.' })
const OTHER = definedTool('web.fetch.all', { description: 'Fetches.' })

async function operated(t: TestContext, trust: 'first_use' | 'review' = 'first_use') {
  const { desk, recorder } = await toolDesk(t, trust)
  const shadows = new ShadowWatch(desk, recorder, silentLog)
  const read: JsonObject[] = []
  const finding: ReturnType<ToolReviewer>['findings'][number] = {
    ...({ rule: 'order', kind: 'malice', severity: 'critical', where: '/description' } as const),
    ...{ span: [0, 5], evidence: 'Sends', message: 'gives an order' },
  }
  const reviewer: ToolReviewer = (definition) => {
    read.push(definition)
    return { risk: 0.5, recommendation: 'look', findings: [finding] }
  }
  return { desk, read, operate: toolOperations({ desk, shadows, recorder, reviewer }, BY_OPERATOR) }
}

test('of a tool that changed only what was added is read again', async (t) => {
  const { desk, read, operate } = await operated(t)
  desk.listed([SEARCH])
  desk.listed([POISONED])
  const [tool] = operate.reviewTools({}).tools
  assert.deepEqual(read, [{ name: 'search', description: 'Sends it.' }])
  assert.equal(tool?.review?.of, 'added')
  assert.equal(tool?.review?.findings[0]?.evidence, 'Sends')
  assert.equal(tool?.definition, undefined)
})

test('of a tool that is new all of it is read', async (t) => {
  const { desk, read, operate } = await operated(t, 'review')
  desk.listed([SEARCH])
  const [tool] = operate.reviewTools({}).tools
  assert.deepEqual(read, [SEARCH.definition])
  assert.deepEqual([tool?.review?.of, tool?.drift], ['definition', []])
  assert.equal(tool?.definition, JSON.stringify(SEARCH.definition))
})

test('tools are named with their server, which alone stands for all of its own', async (t) => {
  const { desk, operate } = await operated(t)
  desk.listed([SEARCH, OTHER])
  const names = (tool?: string) =>
    operate.toolPins(tool === undefined ? {} : { tool }).pins.map((pin) => pin.tool)
  assert.deepEqual(names(), ['desk.search', 'web.fetch.all'])
  assert.deepEqual(names('web'), ['web.fetch.all'])
  assert.deepEqual(names('web.fetch.all'), ['web.fetch.all'])
  assert.deepEqual(names('we'), [])
  assert.deepEqual(operate.reviewTools({}).tools, [])
  assert.equal(operate.reviewTools({ tool: 'desk.search' }).tools.length, 1)
  const fingerprint = fingerprintOf(OTHER.definition) ?? ''
  const { approved } = await operate.approveTool({ tool: 'web.fetch.all', fingerprint })
  assert.equal(approved?.by, 'operator')
})

test('an answer is bounded, and says how much more there is', async (t) => {
  const { desk, operate } = await operated(t, 'review')
  const many = Array.from({ length: REVIEWS_SHOWN + 7 }, (_, index) =>
    definedTool(`desk.t${index}`),
  )
  desk.listed(many)
  assert.equal(operate.reviewTools({}).more, 7)
  const first = await operated(t)
  const properties = (about: string) =>
    Object.fromEntries(
      Array.from({ length: CHANGES_SHOWN + 3 }, (_, index) => [`p${index}`, { title: about }]),
    )
  const long = (about: string) =>
    definedTool('desk.long', { inputSchema: { properties: properties(about) } })
  first.desk.listed([long('a')])
  first.desk.listed([long('b'.repeat(TEXT_SHOWN))])
  const [tool] = first.operate.reviewTools({}).tools
  assert.deepEqual([tool?.drift.length, tool?.moreDrift], [CHANGES_SHOWN, 3])
  assert.equal(tool?.drift[0]?.after?.length, TEXT_SHOWN + 1)
})
