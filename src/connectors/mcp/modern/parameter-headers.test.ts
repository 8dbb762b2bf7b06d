import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { http } from '../../../../test/support/upstreams/connected.ts'
import {
  decoded,
  modernUpstream,
  refuse,
} from '../../../../test/support/upstreams/modern-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { headerValue } from './header-value.ts'
import { HEADER_VALUE_LIMIT_CHARS, PARAMETER_HEADERS_LIMIT } from './limits.ts'
import { mirroredArguments, parameterHeaders } from './parameter-headers.ts'

/** From the table of the specification. */
const EXAMPLES: readonly [text: string, value: string][] = [
  ['us-west1', 'us-west1'],
  ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
  [' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
  ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
]

for (const [text, value] of EXAMPLES) {
  test(`${JSON.stringify(text)} stands in a header as the specification says`, () => {
    assert.equal(headerValue(text), value)
  })
}

test('every text comes out of its header as it went in, and never leaves it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.isWellFormed())
      const value = headerValue(text)
      assert.match(value, /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/)
      assert.equal(decoded(value), text)
    }),
  )
})

test('a text that is too long for a header is not sent', () => {
  const text = 'x'.repeat(HEADER_VALUE_LIMIT_CHARS + 1)
  assert.throws(() => headerValue(text), { code: 'UPSTREAM_REFUSED' })
})

const region = { type: 'string', 'x-mcp-header': 'Region' }
const of = (properties: JsonObject, beside: JsonObject = {}): JsonObject => ({
  name: 'tool',
  inputSchema: { type: 'object', properties, ...beside },
})

const INVALID: readonly [title: string, tool: JsonObject][] = [
  ['an empty name', of({ a: { type: 'string', 'x-mcp-header': '' } })],
  ['a name with a line end', of({ a: { type: 'string', 'x-mcp-header': 'A\r\nB' } })],
  ['a name that is none', of({ a: { type: 'string', 'x-mcp-header': 7 } })],
  ['a number', of({ a: { type: 'number', 'x-mcp-header': 'A' } })],
  ['an object', of({ a: { type: 'object', 'x-mcp-header': 'A' } })],
  ['one name twice', of({ a: region, b: { type: 'string', 'x-mcp-header': 'REGION' } })],
  ['the whole of the arguments', { name: 'tool', inputSchema: region }],
  ['members of a list', of({ a: { type: 'array', items: region } })],
  ['an alternative', of({}, { anyOf: [{ properties: { a: region } }] })],
  ['a definition', of({}, { $defs: { a: region } })],
  [
    'more than can be',
    of(
      Object.fromEntries(
        Array.from({ length: PARAMETER_HEADERS_LIMIT + 1 }, (_, at) => [
          `a${at}`,
          { type: 'string', 'x-mcp-header': `A${at}` },
        ]),
      ),
    ),
  ],
  [
    'what is nested without end',
    of(Array.from({ length: 100 }).reduce<JsonObject>((a) => ({ a: { properties: a } }), {})),
  ],
]

for (const [title, tool] of INVALID) {
  test(`a tool that has ${title} mirrored must not be offered`, () => {
    assert.ok('fault' in parameterHeaders(tool))
  })
}

test('arguments are mirrored from where they are, as text, and not where they are not', () => {
  const read = parameterHeaders(
    of({
      region,
      deep: { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'N' } } },
      dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      other: { type: 'string' },
    }),
  )
  assert.ok('headers' in read)
  assert.deepEqual(mirroredArguments(read.headers, { region: 'ü', deep: { n: -7 }, dry: false }), {
    'mcp-param-region': '=?base64?w7w=?=',
    'mcp-param-n': '-7',
    'mcp-param-dry': 'false',
  })
  assert.deepEqual(mirroredArguments(read.headers, { region: null, deep: [], n: 1 }), {})
})

const PATIENT = { waitMs: 10_000 }

test('a tool with headers that cannot be is left out, and the operator is told', async (t) => {
  const bad = { ...of({ a: { type: 'number', 'x-mcp-header': 'A' } }), name: 'bad\u001b' }
  const upstream = await modernUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools: [bad, of({ region })], ttlMs: 5 }),
  })
  const warned: unknown[] = []
  const { transport } = await opened(t, http(upstream.url, { protocol: '2026-07-28' }), {
    warned: (event, { tool, of: count }) => void warned.push([event, tool, count]),
  })
  const listed = await transport.request({ method: 'tools/list', params: {} }, PATIENT)
  assert.deepEqual(listed, { tools: [of({ region })], ttlMs: 5 })
  assert.deepEqual(warned, [['tools_left_out', 'bad\ufffd', 1]])
})

test('a server that misses a header has its tools listed again, and is called so', async (t) => {
  let calls = 0
  const upstream = await modernUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools: [of({ region })] }),
    'tools/call'(asked) {
      calls++
      if (asked.headers['mcp-param-region'] === 'eu') asked.reply({ content: [] })
      else refuse(asked, 400, { code: -32020, message: 'no region' })
    },
  })
  const { transport } = await opened(t, http(upstream.url, { protocol: '2026-07-28' }))
  assert.ok(await transport.request(callOf('tool', { region: 'eu' }), PATIENT))
  assert.ok(await transport.request(callOf('tool', { region: 'eu' }), PATIENT))
  assert.equal(calls, 3)
  await assert.rejects(transport.request(callOf('tool', { region: 'us' }), PATIENT), {
    code: 'UPSTREAM_REFUSED',
  })
  assert.deepEqual([calls, upstream.of('tools/list').length], [5, 2])
})
