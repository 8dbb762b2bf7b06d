import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { SALES } from '../../../../test/support/in-memory-ports.ts'
import type { Action } from '../../../kernel/action.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { withPermittedLevel } from './permitted-level.ts'

const LEVEL = 'io.modelcontextprotocol/logLevel'
const visit = { identity: SALES, channel: { door: 'mcp', peer: '-', run: '-' } } as const

const calling = (beside?: JsonObject): Action => ({
  ...{ kind: 'tool.call', server: 'desk', tool: 'get', args: {} },
  ...(beside && { beside }),
})

const CASES: readonly (readonly [what: string, given: Action, left: Action])[] = [
  ['alone', calling({ _meta: { [LEVEL]: 'info' } }), calling({})],
  [
    'beside others',
    calling({ task: {}, _meta: { [LEVEL]: 'info', x: 1 } }),
    calling({ task: {}, _meta: { x: 1 } }),
  ],
  ['none', calling({ _meta: { x: 1 } }), calling({ _meta: { x: 1 } })],
  ['nothing', calling(), calling()],
]

test('a level is named to a server only by who may set one there', () => {
  const { id } = SALES.principal
  const permitted = inMemoryGate({ permits: { [id]: ['desk.mcp.logging.setLevel desk'] } })
  const others = inMemoryGate({ permits: { [id]: ['wiki.mcp.logging.setLevel wiki', 'desk.get'] } })
  for (const [what, given, left] of CASES) {
    assert.equal(withPermittedLevel(given, visit, permitted), given, what)
    assert.deepEqual(withPermittedLevel(given, visit, others), left, what)
  }
})
