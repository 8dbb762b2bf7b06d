import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argsOf, operationOf, resourceOf, withArgs } from '../action.ts'
import { MCP_METHOD, type McpRequest } from './mcp-action.ts'

const asking = (method: string, args: McpRequest['args'] = {}): McpRequest => ({
  ...{ kind: 'mcp.request', server: 'desk', method, args },
})

test('every method has an operation and a resource', () => {
  const cases = [
    ['resources/read', { uri: 'file:///a' }, 'desk.mcp.resources.read', 'resource desk:file:///a'],
    ['prompts/get', { name: 'greet' }, 'desk.mcp.prompts.get', 'prompt desk.greet'],
    ['completion/complete', {}, 'desk.mcp.completion.complete', 'server desk'],
    ['logging/setLevel', { level: 'info' }, 'desk.mcp.logging.setLevel', 'server desk'],
    ['resources/read', { uri: 7 }, 'desk.mcp.resources.read', 'server desk'],
  ] as const
  for (const [method, args, operation, resource] of cases) {
    const action = asking(method, args)
    assert.equal(operationOf(action), operation)
    const { type, id } = resourceOf(action)
    assert.equal(`${type} ${id}`, resource)
  }
})

test('other arguments never name another target', () => {
  const read = asking('resources/read', { uri: 'file:///a', note: 'ann@example.com' })
  const obliged = withArgs(read, { uri: '[redacted]', note: '[redacted]' })
  assert.deepEqual(argsOf(obliged), { uri: 'file:///a', note: '[redacted]' })
})

test('a method that could be read as another is none', () => {
  for (const method of ['resources.read', 'a//b', '/a', 'a/', '', 'ä', 'a b', 'x'.repeat(129)]) {
    assert.equal(MCP_METHOD.test(method), false, method)
  }
  assert.equal(MCP_METHOD.test('notifications/roots/list_changed'), true)
})
