import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { obligationRegistry } from '../../src/kernel/policy/obligation-registry.ts'

const PAGE = new URL('../../docs/guide/mcp-endpoints.md', import.meta.url)
const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

const [opening, careful] = [
  ...readFileSync(PAGE, 'utf8').matchAll(/```\n(policy [\s\S]*?)```/gu),
].map(([, text = '']) => {
  const { set, diagnostics } = loadPolicies([{ file: 'guide.policy', text }], REGISTRY)
  return set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n'))
})

function asked(operation: string, id: string) {
  const attributes = { principal: { kind: 'agent', id: 'a', roles: ['sales'] }, args: {} }
  return { operation, resource: { type: 'resource', id } as const, attributes }
}

test('the policies of the guide on endpoints mean what it says', () => {
  const read = (id: string) => opening?.decide(asked('desk.mcp.resources.read', id)).effect
  assert.equal(read('desk:file:///srv/a'), 'allow')
  assert.equal(read('desk:file:///etc/a'), 'deny')
  assert.deepEqual(opening?.namedResources('desk.mcp.resources.read'), ['desk:file:///srv/*'])
  const effects = ['desk.get', 'desk.mcp.prompts.get', 'desk.mcp.sampling.createMessage'].map(
    (operation) => careful?.decide(asked(operation, 'desk')).effect,
  )
  assert.deepEqual(effects, ['allow_with_conditions', 'allow_with_conditions', 'deny'])
  assert.equal(careful?.decide(asked('desk.get', 'desk')).obligations.length, 1)
})
