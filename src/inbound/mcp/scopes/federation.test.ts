import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type InMemoryGateOptions, inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import {
  type InMemoryServer,
  inMemoryUpstreams,
} from '../../../../test/support/in-memory-upstreams.ts'
import { as, INITIALIZE, request, runningDoor } from '../../../../test/support/running-door.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { DoorLimits } from '../limits.ts'
import { federatedUri, ownUri } from './federated-uri.ts'

const resources = (...uris: string[]) => ({ resources: uris.map((uri) => ({ uri, name: uri })) })

const SERVERS: Readonly<Record<string, InMemoryServer>> = {
  desk: {
    lists: {
      'resources/list': {
        '': { ...resources('file:///a', 'secret:b'), nextCursor: '2' },
        '2': resources('file:///c'),
      },
      'resources/templates/list': { '': { resourceTemplates: [{ uriTemplate: 'file:///{x}' }] } },
      'prompts/list': { '': { prompts: [{ name: 'greet me' }] } },
    },
  },
  broken: { down: true },
  hung_up: { hangs: true },
  wiki_2: {
    about: { capabilities: { resources: { listChanged: true }, completions: {}, tasks: {} } },
    lists: {
      'resources/list': { '': resources('file:///a') },
      'resources/templates/list': { '': { resourceTemplates: [] } },
    },
  },
}

const PERMITS = {
  sales: [
    ...['desk.mcp.resources.read desk', 'desk.mcp.resources.read desk:file*'],
    ...['desk.mcp.prompts.*', 'desk.mcp.logging.setLevel desk', 'desk.get', 'desk.mcp.sampling*'],
    ...['wiki_2.*', 'hung_up.*', 'broken.*'],
  ],
  research: ['wiki_2.*'],
}

interface Options extends InMemoryGateOptions {
  readonly limits?: Partial<DoorLimits>
}

async function federated(t: TestContext, { limits = {}, ...options }: Options = {}) {
  const gate = inMemoryGate({ permits: PERMITS, carryOut: async () => ({}), ...options })
  const upstreams = inMemoryUpstreams(SERVERS)
  const door = await runningDoor(t, { gate, upstreams, limits: { federatedWaitMs: 5, ...limits } })
  const session = await door.open()
  const ask = async (method: string, params: JsonObject = {}) =>
    (await door.post(request(method, params), session)).body
  return { ...door, gate, upstreams, session, ask }
}

test('all servers together can do what one of them can, of those the agent may use', async (t) => {
  const { post, upstreams } = await federated(t)
  const { capabilities } = (await post(INITIALIZE, as('sales'))).body.result
  assert.deepEqual(capabilities, {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    ...{ prompts: {}, completions: {}, logging: {}, tasks: {} },
  })
  const { body } = await post(INITIALIZE, as('research'))
  assert.deepEqual(body.result.capabilities, {
    tools: { listChanged: true },
    resources: { listChanged: true },
    ...{ completions: {}, tasks: {} },
  })
  assert.deepEqual(upstreams.clients, [], 'nothing was opened to say so')
})

test('lists are merged under the names of the federation, without what is broken', async (t) => {
  const { ask, logged } = await federated(t)
  const uris = (await ask('resources/list')).result.resources.map(({ uri }: { uri: string }) => uri)
  assert.deepEqual(uris, ['mcp+desk:file:///a', 'mcp+desk:file:///c', 'mcp+wiki.2:file:///a'])
  assert.deepEqual((await ask('resources/templates/list')).result.resourceTemplates, [
    { uriTemplate: 'mcp+desk:file:///{x}' },
  ])
  assert.deepEqual((await ask('prompts/list')).result, { prompts: [{ name: 'desk.greet me' }] })
  assert.ok(logged.includes('mcp.list.incomplete'))
})

test('pages of a merged list follow one another without gap or repetition', async (t) => {
  for (const limits of [{ entriesPerPage: 1 }, { pagesPerList: 1 }]) {
    const { ask } = await federated(t, { limits })
    const uris: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const { result } = await ask('resources/list', cursor === undefined ? {} : { cursor })
      uris.push(...result.resources.map(({ uri }: { uri: string }) => uri))
      cursor = result.nextCursor
      assert.ok(++pages < 9)
    } while (cursor !== undefined)
    assert.deepEqual(uris, ['mcp+desk:file:///a', 'mcp+desk:file:///c', 'mcp+wiki.2:file:///a'])
    assert.ok(pages > 1)
  }
})

test('a cursor of somebody else is refused', async (t) => {
  const { ask } = await federated(t)
  const strange = ['', '!', 7, null, 'e30', 'x'.repeat(20_000), btoa('[]'), btoa('{"server":1}')]
  for (const cursor of strange) {
    assert.equal((await ask('resources/list', { cursor })).error.code, -32602)
  }
})

const MAPPED: readonly [method: string, params: JsonObject, server: string, args: JsonObject][] = [
  ['resources/read', { uri: 'mcp+wiki.2:file:///a' }, 'wiki_2', { uri: 'file:///a' }],
  ['resources/subscribe', { uri: 'mcp+wiki.2:x' }, 'wiki_2', { uri: 'x' }],
  ['resources/unsubscribe', { uri: 'mcp+wiki.2:x' }, 'wiki_2', { uri: 'x' }],
  ['prompts/get', { name: 'desk.greet me' }, 'desk', { name: 'greet me' }],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'wiki_2.a.b' }, argument: { name: 'n', value: 'v' } },
    'wiki_2',
    { ref: { type: 'ref/prompt', name: 'a.b' }, argument: { name: 'n', value: 'v' } },
  ],
  [
    'completion/complete',
    { ref: { type: 'ref/resource', uri: 'mcp+wiki.2:file:///{x}' } },
    'wiki_2',
    { ref: { type: 'ref/resource', uri: 'file:///{x}' } },
  ],
]

test('a request goes to the server that its names are of, under its own names', async (t) => {
  const { ask, gate } = await federated(t)
  for (const [method, params, server, args] of MAPPED) {
    assert.deepEqual((await ask(method, params)).result, {}, method)
    assert.deepEqual(gate.guarded.at(-1)?.action, { kind: 'mcp.request', server, method, args })
  }
})

const NAMELESS: readonly [method: string, params: JsonObject][] = [
  ['resources/read', { uri: 'file:///a' }],
  ['resources/read', { uri: 'mcp+Desk:x' }],
  ['resources/read', {}],
  ['prompts/get', { name: 'greet' }],
  ['prompts/get', { name: 'Desk.greet' }],
  ['completion/complete', { ref: { type: 'ref/else' } }],
  ['completion/complete', {}],
]

test('a name of no server is refused, and an unknown server is as a forbidden one', async (t) => {
  const { ask, gate } = await federated(t)
  for (const [method, params] of NAMELESS) {
    assert.equal((await ask(method, params)).error.code, -32602, JSON.stringify(params))
  }
  assert.equal(gate.guarded.length, 0)
  const { error } = await ask('resources/read', { uri: 'mcp+nobody:x' })
  assert.equal(error.data.code, 'POLICY_DENIED')
})

test('a level is set at every server that keeps a log and may be told', async (t) => {
  const { ask, gate } = await federated(t)
  assert.deepEqual((await ask('logging/setLevel', { level: 'info' })).result, {})
  const servers = gate.guarded.map(({ action }) => 'server' in action && action.server)
  assert.deepEqual(servers.sort(), ['broken', 'desk', 'hung_up'])
})

test('methods that name no server are sent to `/mcp/NAME`, and such notices nowhere', async (t) => {
  const { ask, gate, post, open } = await federated(t)
  for (const method of ['vendor/unheard_of', 'resources/unheard_of', 'server/discovery']) {
    const { code, message } = (await ask(method)).error
    assert.equal(code, -32601)
    assert.match(message, /`\/mcp\/NAME`/)
  }
  assert.deepEqual(gate.guarded, [])
  const research = await open(as('research'))
  const note = { jsonrpc: '2.0', method: 'notifications/unheard_of' }
  assert.equal((await post(note, research)).status, 202)
})

const RESULT = {
  contents: [{ uri: 'file:///a', text: 'file:///a' }],
  content: [
    { type: 'resource_link', uri: 'file:///b', name: 'b' },
    { type: 'resource', resource: { uri: 'file:///c', blob: '' } },
    { type: 'text', text: 'file:///d' },
  ],
  messages: [
    { role: 'user', content: { type: 'resource', resource: { uri: 'file:///e' } } },
    {
      role: 'user',
      content: [{ type: 'tool_result', content: [{ type: 'resource_link', uri: 'f' }] }],
    },
  ],
  structuredContent: { uri: 'file:///g' },
}

test('resources in results bear the name of their server, and text is text', async (t) => {
  const { ask } = await federated(t, { carryOut: async () => RESULT })
  const { result } = await ask('tools/call', { name: 'desk.get' })
  const uris = JSON.stringify(result).matchAll(/"(mcp\+desk:[^"]+)"/g)
  assert.deepEqual(
    [...uris].map(([, uri]) => uri).sort(),
    ['a', 'b', 'c', 'e']
      .map((name) => `mcp+desk:file:///${name}`)
      .concat('mcp+desk:f')
      .sort(),
  )
})

test('a URI of the federation leads back to its server and its own spelling', () => {
  const server = fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/)
  fc.assert(
    fc.property(server, fc.string({ unit: 'binary' }), (name, uri) => {
      assert.deepEqual(ownUri(federatedUri(name, uri)), { server: name, uri })
      assert.match(federatedUri(name, uri), /^[a-z][a-z0-9+.-]*:/)
    }),
  )
})
