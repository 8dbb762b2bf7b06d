import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import type { Credential } from '../../kernel/identity/credential.ts'
import { readMessage } from '../../kernel/jsonrpc/message.ts'
import {
  checkAccept,
  checkMediaTypes,
  checkMirroredHeaders,
  credentialOf,
} from './request-headers.ts'

function arrival(headers: Record<string, string>, url = '/mcp'): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  return Object.assign(request, { method: 'POST', url, headers })
}

const CREDENTIALS: readonly [authorization: string | undefined, credential: Credential][] = [
  [undefined, { kind: 'none' }],
  ['', { kind: 'none' }],
  ['Bearer', { kind: 'none' }],
  ['Basic c2FsZXM6eA==', { kind: 'none' }],
  ['Bearer one two', { kind: 'none' }],
  ['Bearer abc.def', { kind: 'bearer', token: 'abc.def', loopback: false }],
  ['bearer  abc', { kind: 'bearer', token: 'abc', loopback: false }],
]

for (const [authorization, credential] of CREDENTIALS) {
  test(`\`Authorization: ${authorization}\` presents ${credential.kind}`, () => {
    const headers = authorization === undefined ? {} : { authorization }
    assert.deepEqual(credentialOf(arrival(headers)), credential)
  })
}

test('a token in the address is not read', () => {
  const url = '/mcp?access_token=abc&authorization=Bearer+abc'
  assert.deepEqual(credentialOf(arrival({}, url)), { kind: 'none' })
})

test('a token bound to a key comes with its proof and what the proof is for', () => {
  const headers = { authorization: 'DPoP abc', dpop: 'proof', host: 'localhost:7332' }
  assert.deepEqual(credentialOf(arrival(headers, '/mcp?x=1')), {
    kind: 'dpop',
    token: 'abc',
    proof: 'proof',
    method: 'POST',
    url: 'http://localhost:7332/mcp',
  })
})

const CALL = readMessage({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a.ü' } })
const READ = readMessage({
  jsonrpc: '2.0',
  id: 1,
  method: 'resources/read',
  params: { uri: 'x:1' },
})
const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

const MIRRORED: readonly [headers: Record<string, string>, message: typeof CALL, agree: boolean][] =
  [
    [{}, CALL, true],
    [{ 'mcp-method': 'tools/call' }, CALL, true],
    [{ 'mcp-method': 'tools/call', 'mcp-name': encoded('a.ü') }, CALL, true],
    [{ 'mcp-name': 'x:1' }, READ, true],
    [{ 'mcp-method': 'tools/list' }, CALL, false],
    [{ 'mcp-method': 'Tools/Call' }, CALL, false],
    [{ 'mcp-method': 'tools/call, tools/call' }, CALL, false],
    [{ 'mcp-method': '' }, CALL, false],
    [{ 'mcp-name': encoded('a.u') }, CALL, false],
    [{ 'mcp-name': '=?base64?/w==?=' }, CALL, false],
    [{ 'mcp-name': '=?base64?%%?=' }, CALL, false],
    [{ 'mcp-name': 'a.b' }, READ, false],
    [{ 'mcp-method': 'ping' }, readMessage({ jsonrpc: '2.0', id: 1, result: {} }), false],
    [{ 'mcp-name': 'a' }, readMessage({ jsonrpc: '2.0', id: 1, method: 'ping' }), false],
  ]

for (const [headers, message, agree] of MIRRORED) {
  const title = `${JSON.stringify(headers)} ${agree ? 'agrees with' : 'contradicts'} the body`
  test(`${title} of a ${message.kind}`, () => {
    const check = () => checkMirroredHeaders(headers, message)
    if (agree) check()
    else assert.throws(check, { code: 'REQUEST_HEADER_MISMATCH' })
  })
}

test('a body of any type but JSON is refused', () => {
  checkMediaTypes({ 'content-type': 'application/json' })
  checkMediaTypes({ 'content-type': 'Application/JSON; charset=utf-8' })
  for (const type of [undefined, '', 'text/plain', 'application/json-seq', 'text/json']) {
    const headers = type === undefined ? {} : { 'content-type': type }
    assert.throws(() => checkMediaTypes(headers), { code: 'REQUEST_CONTENT_TYPE' })
  }
})

test('an answer is only given in a type that is accepted', () => {
  const json = (accept: string) => () => checkAccept({ accept }, 'application/json')
  for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.9']) {
    json(accept)()
  }
  checkAccept({}, 'application/json')
  for (const accept of ['', 'text/event-stream', 'application/jsonx']) {
    assert.throws(json(accept), { code: 'REQUEST_NOT_ACCEPTABLE' })
  }
})
