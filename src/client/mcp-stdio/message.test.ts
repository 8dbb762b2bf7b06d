import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mirroredHeaders, readLine } from './message.ts'

const modern = (method: string, params: object) =>
  readLine(
    JSON.stringify({
      ...{ jsonrpc: '2.0', id: 1, method },
      params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    }),
  ) ?? assert.fail()

test('headers repeat what a message of 2026-07-28 says, and nothing of an older one', () => {
  const cases = [
    ['tools/call', { name: 'echo' }, 'echo'],
    ['tools/call', { name: 'größe' }, '=?base64?Z3LDtsOfZQ==?='],
    ['tools/call', { name: 'a\r\nx: y' }, '=?base64?YQ0KeDogeQ==?='],
    ['tools/call', { name: '=?base64?YQ==?=' }, '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
    ['resources/read', { uri: 'file:///a b', name: 'no' }, 'file:///a b'],
    ['tools/list', {}, undefined],
  ] as const
  for (const [method, params, name] of cases) {
    const headers: Record<string, string> = { ...mirroredHeaders(modern(method, params)) }
    assert.equal(headers['mcp-name'], name)
    assert.equal(headers['mcp-method'], method)
  }
  const old = readLine('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}')
  assert.deepEqual(mirroredHeaders(old ?? assert.fail()), {})
})

test('what is no message is told as such', () => {
  for (const line of ['', 'hello', '[1]', '"x"', 'null']) assert.equal(readLine(line), undefined)
})
