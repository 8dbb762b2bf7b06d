import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { as, INITIALIZE, request, runningDoor } from '../../../test/support/running-door.ts'

test('initialize opens a session of the version asked for, or else the newest', async (t) => {
  const { post } = await runningDoor(t)
  const versions = {
    '2025-11-25': '2025-11-25',
    '2025-06-18': '2025-06-18',
    '2025-03-26': '2025-03-26',
    '2024-11-05': '2025-11-25',
    '2031-01-01': '2025-11-25',
  }
  for (const [asked, agreed] of Object.entries(versions)) {
    const params = { ...INITIALIZE.params, protocolVersion: asked }
    const { status, headers, body } = await post({ ...INITIALIZE, params }, as('sales'))
    assert.equal(status, 200)
    assert.match(headers.get('mcp-session-id') ?? '', /^s[\w-]{24}$/)
    assert.deepEqual(body, {
      jsonrpc: '2.0',
      id: 'open',
      result: {
        protocolVersion: agreed,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'portcullis', title: 'Portcullis', version: '0.0.0' },
      },
    })
  }
})

test('an agent sees the tools that it may call, by federated name and in order', async (t) => {
  const { post, open } = await runningDoor(t)
  const { body } = await post(request('tools/list'), await open())
  assert.deepEqual(body.result, {
    tools: [
      { name: 'files.read', description: 'read it', inputSchema: { type: 'object' } },
      { name: 'slack.post', description: 'post it', inputSchema: { type: 'object' } },
    ],
  })
  const { body: other } = await post(request('tools/list'), await open(as('research')))
  assert.deepEqual(
    other.result.tools.map(({ name }: { name: string }) => name),
    ['files.read'],
  )
})

test('a permitted call carries the result through as it is', async (t) => {
  const result = { content: [], structuredContent: { deep: [1, { a: null }] }, _meta: { x: 1 } }
  const gate = inMemoryGate({ carryOut: async () => result })
  const { post, open } = await runningDoor(t, { gate })
  const session = await open()
  const params = { name: 'slack.post', arguments: { text: 'hi' } }
  const { status, headers, body } = await post(request('tools/call', params, 'c1'), session)
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.deepEqual(body, { jsonrpc: '2.0', id: 'c1', result })
  assert.deepEqual(gate.guarded, [
    {
      action: { kind: 'tool.call', server: 'slack', tool: 'post', args: { text: 'hi' } },
      credential: { kind: 'bearer', token: 'sales-token', loopback: true },
      channel: { door: 'mcp', peer: '127.0.0.1', run: session['mcp-session-id'] },
    },
  ])
})

test('a denied call is a result of the tool that names its code and receipt', async (t) => {
  const { post, open } = await runningDoor(t)
  const session = await open(as('research'))
  const { status, body } = await post(request('tools/call', { name: 'slack.post' }), session)
  assert.equal(status, 200)
  assert.deepEqual(body.result, {
    isError: true,
    content: [
      {
        type: 'text',
        text: 'This action is not permitted for this agent. (POLICY_DENIED, receipt receipt-1)',
      },
    ],
    _meta: { 'portcullis/code': 'POLICY_DENIED', 'portcullis/receipt': 'receipt-1' },
  })
})

test('a tool that does not exist can not be told from one that is forbidden', async (t) => {
  const known = inMemoryGate({ permits: { research: [] } })
  const unknown = inMemoryGate({
    permits: { research: ['slack.post'] },
    failure: 'UPSTREAM_UNKNOWN',
  })
  const answers = []
  for (const gate of [known, unknown]) {
    const { post, open } = await runningDoor(t, { gate })
    const session = await open(as('research'))
    answers.push((await post(request('tools/call', { name: 'slack.post' }), session)).body)
  }
  assert.deepEqual(answers[0], answers[1])
})

test('a call that fails is a result of the tool with the code of the failure', async (t) => {
  const { post, open } = await runningDoor(t, {
    gate: inMemoryGate({ failure: 'UPSTREAM_TIMEOUT' }),
  })
  const { body } = await post(request('tools/call', { name: 'slack.post' }), await open())
  assert.equal(body.result.isError, true)
  assert.equal(body.result._meta['portcullis/code'], 'UPSTREAM_TIMEOUT')
})

test('a token that expires between admission and guard is answered with 401', async (t) => {
  const gate = inMemoryGate()
  const guard: typeof gate.guard = (asked) => {
    gate.expire('sales-token')
    return gate.guard(asked)
  }
  const { post, open } = await runningDoor(t, { gate: { ...gate, guard } })
  const { status, headers, body } = await post(
    request('tools/call', { name: 'slack.post' }),
    await open(),
  )
  assert.equal(status, 401)
  assert.equal(headers.get('www-authenticate'), 'Bearer error="invalid_token"')
  assert.deepEqual(body.error, {
    code: -32001,
    message: 'The credential has expired.',
    data: { code: 'IDENTITY_EXPIRED', receipt: 'receipt-1' },
  })
})

const NAMES: readonly [name: string, server: string, tool: string][] = [
  ['slack.post', 'slack', 'post'],
  ['files.v2.read', 'files', 'v2.read'],
  ['post', '', 'post'],
  ['.post', '', '.post'],
  ['Slack.post', '', 'Slack.post'],
  ['memory.purge', 'memory', 'purge'],
]

test('a name is split at its first dot, and every name is put to the guard', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const session = await open()
  for (const [name] of NAMES) await post(request('tools/call', { name }), session)
  assert.deepEqual(
    gate.guarded.map(({ action }) => action),
    NAMES.map(([, server, tool]) => ({ kind: 'tool.call', server, tool, args: {} })),
  )
})

test('ping is answered, and notifications and responses are taken without an answer', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const session = await open()
  assert.deepEqual((await post(request('ping', {}, 'p'), session)).body.result, {})
  const silent = [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
    { jsonrpc: '2.0', id: 3, result: {} },
  ]
  for (const message of silent) {
    const { status, body } = await post(message, session)
    assert.deepEqual({ status, body }, { status: 202, body: undefined })
  }
  assert.deepEqual(gate.refusals, [])
})

test('an unknown method is refused in the protocol, and recorded', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const session = await open()
  const { status, body } = await post(request('resources/list', {}, 7), session)
  assert.equal(status, 200)
  assert.equal(body.id, 7)
  assert.equal(body.error.code, -32601)
  assert.deepEqual(gate.refusals, [
    {
      code: 'REQUEST_METHOD_UNKNOWN',
      agent: 'sales',
      channel: { door: 'mcp', peer: '127.0.0.1', run: session['mcp-session-id'] },
    },
  ])
})

const BAD_PARAMS: readonly [title: string, params: object][] = [
  ['no name', {}],
  ['a name that is a number', { name: 1 }],
  ['an empty name', { name: '' }],
  ['a name with a space', { name: 'slack. post' }],
  ['a name with a NUL', { name: 'slack.post\0' }],
  ['a name of look-alikes', { name: 'slаck.post' }],
  ['a name with a line feed', { name: 'slack.post\n' }],
  ['an endless name', { name: 'a'.repeat(129) }],
  ['arguments by position', { name: 'slack.post', arguments: [] }],
  ['arguments that are text', { name: 'slack.post', arguments: '{}' }],
  ['arguments that are null', { name: 'slack.post', arguments: null }],
]

test('a call with parameters of another shape never reaches the guard', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const session = await open()
  for (const [title, params] of BAD_PARAMS) {
    const { status, body } = await post(request('tools/call', { ...params }), session)
    assert.equal(status, 200, title)
    assert.equal(body.error.code, -32602, title)
    assert.equal(body.error.data.code, 'REQUEST_INVALID', title)
  }
  assert.deepEqual(gate.guarded, [])
  assert.equal(gate.refusals.length, BAD_PARAMS.length)
})

test('a call without an id is not carried out', async (t) => {
  const { post, open, gate } = await runningDoor(t)
  const message = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'slack.post' } }
  const { status, body } = await post(message, await open())
  assert.equal(status, 400)
  assert.equal(body.error.data.code, 'REQUEST_INVALID')
  assert.deepEqual(gate.guarded, [])
})

test('a refusal stands when it can not be recorded', async (t) => {
  const gate = inMemoryGate()
  const refuse = () => Promise.reject(new Error('the disk is full'))
  const { post, logged } = await runningDoor(t, { gate: { ...gate, refuse } })
  const { status, body } = await post('{', as('sales'))
  assert.equal(status, 400)
  assert.equal(body.error.data.code, 'REQUEST_MALFORMED_JSON')
  assert.deepEqual(logged, ['refusal.unrecorded'])
})

test('an exception within the door is a refusal that tells nothing', async (t) => {
  const gate = inMemoryGate()
  const visible = () => {
    throw new Error('secret detail')
  }
  const { post, open, logged } = await runningDoor(t, { gate: { ...gate, visible } })
  const { body } = await post(request('tools/list'), await open())
  assert.equal(body.error.data.code, 'INTERNAL')
  assert.doesNotMatch(JSON.stringify(body), /secret detail/)
  assert.equal(gate.refusals.at(-1)?.code, 'INTERNAL')
  assert.deepEqual(logged, ['door.defect'])
})
