import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { as, request, runningDoor } from '../../../test/support/running-door.ts'
import type { OfferedTool } from './tool-list.ts'

const offered = (server: string, tool: string, definition = {}): OfferedTool => ({
  ...{ server, tool },
  definition: { name: tool, inputSchema: { type: 'object' }, ...definition },
})

test('pages follow one another without gap or repetition, though tools come and go', async (t) => {
  const names = Array.from({ length: 7 }, (_, at) => `files.t${at}`)
  const gate = inMemoryGate({ permits: { sales: names } })
  const { post, open, catalog } = await runningDoor(t, { gate, limits: { toolsPerPage: 3 } })
  const tools = names.map((name) => offered('files', name.slice('files.'.length)))
  catalog.replace(tools)
  const session = await open()
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const params = cursor === undefined ? {} : { cursor }
    const { result } = (await post(request('tools/list', params), session)).body
    pages.push(result.tools.map(({ name }: { name: string }) => name))
    cursor = result.nextCursor
    // The last tool of this page is taken away before the next one is asked for.
    const gone = pages.at(-1)?.at(-1)
    catalog.replace(catalog.tools().filter(({ tool }) => `files.${tool}` !== gone))
  } while (cursor !== undefined)
  assert.deepEqual(pages.flat(), names)
  assert.deepEqual(
    pages.map((page) => page.length),
    [3, 3, 1],
  )
})

test('a cursor of somebody else is refused', async (t) => {
  const { post, open } = await runningDoor(t)
  const session = await open()
  for (const cursor of ['', '!', 7, null, 'IA']) {
    const { body } = await post(request('tools/list', { cursor }), session)
    assert.equal(body.error.code, -32602)
  }
})

test('a definition passes unchanged but for its name', async (t) => {
  const definition = {
    title: 'Read',
    description: 'Ünïcode “quoted”',
    inputSchema: { type: 'object', $defs: { a: {} }, 'x-mcp-header': 'Path' },
    outputSchema: { type: 'object' },
    annotations: { readOnlyHint: true },
    _meta: { 'example.com/x': [1] },
  }
  const { post, open, catalog } = await runningDoor(t)
  catalog.replace([offered('files', 'read', definition)])
  const { body } = await post(request('tools/list'), await open())
  assert.deepEqual(body.result.tools, [{ ...definition, name: 'files.read' }])
})

test('a tool that can not be called by its name is not shown, nor one in disguise', async (t) => {
  const names = ['files.read', 'files.a b', 'memory.read', `files.${'x'.repeat(128)}`]
  const gate = inMemoryGate({ permits: { sales: names } })
  const { post, open, catalog, logged } = await runningDoor(t, { gate })
  catalog.replace([
    offered('files', 'read', { description: 'first' }),
    offered('files', 'read', { description: 'second' }),
    offered('files', 'a b'),
    offered('memory', 'read'),
    offered('files', 'x'.repeat(128)),
  ])
  const { body } = await post(request('tools/list'), await open())
  assert.deepEqual(
    body.result.tools.map(({ description }: { description: string }) => description),
    ['first'],
  )
  assert.equal(logged.length, 4)
})

const MEMORY = {
  namespaces: ['CRM.customers', 'CRM.secrets'],
  permits: {
    sales: ['memory.read CRM.customers', 'memory.write CRM.customers'],
    audit: ['memory.read CRM.customers', 'memory.read CRM.secrets'],
    research: [],
  },
}

const SEEN: readonly [agent: string, tools: Record<string, readonly string[]>][] = [
  ['sales', { 'memory.read': ['CRM.customers'], 'memory.write': ['CRM.customers'] }],
  ['audit', { 'memory.read': ['CRM.customers', 'CRM.secrets'] }],
  ['research', {}],
]

for (const [agent, expected] of SEEN) {
  test(`of the record store ${agent} sees ${JSON.stringify(expected)}`, async (t) => {
    const gate = inMemoryGate({ permits: MEMORY.permits })
    const { post, open } = await runningDoor(t, { gate, namespaces: MEMORY.namespaces })
    const { body } = await post(request('tools/list'), await open(as(agent)))
    const tools = body.result.tools as {
      name: string
      inputSchema: { properties: { namespace: { enum: string[] } } }
    }[]
    const seen = tools.map(({ name, inputSchema }) => [name, inputSchema.properties.namespace.enum])
    assert.deepEqual(Object.fromEntries(seen), expected)
  })
}

test('calls of the record store are actions of its own kind', async (t) => {
  const gate = inMemoryGate({ permits: MEMORY.permits })
  const { post, open } = await runningDoor(t, { gate, namespaces: MEMORY.namespaces })
  const session = await open()
  const call = (name: string, args: object) =>
    post(request('tools/call', { name, arguments: { ...args } }), session)
  await call('memory.read', { namespace: 'CRM.customers' })
  await call('memory.read', { namespace: 'CRM.customers', key: 'ada', limit: 1 })
  await call('memory.write', { namespace: 'CRM.secrets', key: 'k', value: null })
  assert.deepEqual(
    gate.guarded.map(({ action }) => action),
    [
      { kind: 'memory.read', namespace: 'CRM.customers', limit: 100 },
      { kind: 'memory.read', namespace: 'CRM.customers', key: 'ada', limit: 1 },
      { kind: 'memory.write', namespace: 'CRM.secrets', key: 'k', value: null },
    ],
  )
})

const BAD_MEMORY: readonly [name: string, args: object][] = [
  ['memory.read', {}],
  ['memory.read', { namespace: '' }],
  ['memory.read', { namespace: 7 }],
  ['memory.read', { namespace: 'a', key: '' }],
  ['memory.read', { namespace: 'a', key: null }],
  ['memory.read', { namespace: 'a', limit: 0 }],
  ['memory.read', { namespace: 'a', limit: 1001 }],
  ['memory.read', { namespace: 'a', limit: 1.5 }],
  ['memory.write', { namespace: 'a', key: 'k' }],
  ['memory.write', { namespace: 'a', value: 1 }],
  ['memory.write', { namespace: 'a', key: 'k'.repeat(257), value: 1 }],
]

test('calls of the record store in another shape never reach the guard', async (t) => {
  const { post, open, gate } = await runningDoor(t, { namespaces: MEMORY.namespaces })
  const session = await open()
  for (const [name, args] of BAD_MEMORY) {
    const { body } = await post(request('tools/call', { name, arguments: { ...args } }), session)
    assert.equal(body.error.data.code, 'REQUEST_INVALID', JSON.stringify({ name, args }))
  }
  assert.deepEqual(gate.guarded, [])
})
