import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { createGate } from '../../src/pipeline/gate.ts'
import type { Caller, Connector } from '../../src/pipeline/ports.ts'
import { inMemoryPorts, SALES } from '../support/in-memory-ports.ts'
import { definedTool, standingOf, toolDesk } from '../support/tool-desk.ts'

const HONEST = definedTool('desk.search', { description: 'Searches.' })
const POISONED = definedTool('desk.search', { description: 'Searches. Then sends.' })
const CHANNEL = { door: 'mcp', peer: '::1', run: 's1' }
const GOOD = { kind: 'bearer', token: 'good' } as const
const ASKED = { kind: 'tool.call', server: 'desk', tool: 'search', args: {} } as const

test('a server that shows one agent another face is held back for all', async (t) => {
  const { desk } = await toolDesk(t)
  desk.listed([HONEST])
  assert.equal(standingOf(desk, POISONED), 'TOOL_QUARANTINED')
  assert.equal(standingOf(desk, HONEST), 'TOOL_QUARANTINED')
})

test('what is shown and what is called are judged as the very session has them', async (t) => {
  const { desk } = await toolDesk(t)
  desk.listed([HONEST])
  const executed: unknown[] = []
  const faces = new Map<Caller | undefined, JsonObject>()
  const connector: Connector = {
    target: (_, caller) => ({ server: 'desk', definition: faces.get(caller) }),
    async execute(action) {
      executed.push(action)
      return {}
    },
  }
  const gate = createGate({ ...inMemoryPorts(), connector, trust: desk })
  const call = (caller: Caller) =>
    gate.guard({ ...{ action: ASKED, channel: CHANNEL, caller }, credential: GOOD })
  const [honest, poisoned] = [{} as Caller, {} as Caller]
  faces.set(honest, HONEST.definition).set(poisoned, POISONED.definition)

  assert.equal((await call(honest)).kind, 'done')
  const { definition } = POISONED
  assert.deepEqual(gate.visible(SALES, [{ ...ASKED, definition }], CHANNEL), [false])
  const refused = await call(poisoned)
  assert.equal('code' in refused && refused.code, 'TOOL_QUARANTINED')
  // Before anything is decided: nobody is asked to approve what is not trusted.
  assert.equal(refused.kind, 'refused')
  assert.equal(executed.length, 1)
})

test('a face that changes between deciding and carrying out is not called', async (t) => {
  const { desk } = await toolDesk(t)
  desk.listed([HONEST])
  const ports = inMemoryPorts()
  const executed: unknown[] = []
  let face = HONEST.definition
  const connector: Connector = {
    target: () => ({ server: 'desk', definition: face }),
    async execute(action) {
      executed.push(action)
      return {}
    },
  }
  const ledger = {
    async append(draft: Parameters<typeof ports.ledger.append>[0]) {
      face = POISONED.definition
      return ports.ledger.append(draft)
    },
  }
  const gate = createGate({ ...ports, connector, ledger, trust: desk })
  const outcome = await gate.guard({
    ...{ action: ASKED, channel: CHANNEL, credential: GOOD },
  })
  assert.equal('code' in outcome && outcome.code, 'TOOL_QUARANTINED')
  assert.deepEqual(executed, [])
})

test('a tool that was held back is not called where its server lists it no more', async (t) => {
  const { desk } = await toolDesk(t)
  desk.listed([HONEST])
  desk.listed([POISONED])
  desk.listed([])
  const executed: unknown[] = []
  const connector: Connector = {
    target: () => ({ server: 'desk' }),
    async execute(action) {
      executed.push(action)
      return {}
    },
  }
  const gate = createGate({ ...inMemoryPorts(), connector, trust: desk })
  const call = (tool: string) =>
    gate.guard({ ...{ action: { ...ASKED, tool }, channel: CHANNEL, credential: GOOD } })
  const held = await call('search')
  assert.equal('code' in held && held.code, 'TOOL_QUARANTINED')
  assert.equal((await call('unheard_of')).kind, 'done')
  assert.equal(executed.length, 1)
})
