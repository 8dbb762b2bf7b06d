import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { renderDiagnostic } from './language/diagnostics.ts'
import type { PolicyText } from './load-policies.ts'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'
import { renderExplanation } from './render-explanation.ts'

const REGISTRY = obligationRegistry({ patterns: [], checkField: () => true })

function load(...files: readonly PolicyText[]) {
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  assert.ok(set !== undefined, diagnostics.map(renderDiagnostic).join('\n'))
  return set
}

const SALES: JsonObject = {
  agent: { id: 'sales' },
  principal: { id: 'sales', roles: ['seller', 'reader'], team: 'growth', space: 'emea' },
}

function request(operation: string, resource = operation, attributes = SALES) {
  return { operation, resource: { type: 'tool', id: resource } as const, attributes }
}

/** Attachment, what it is asked, and whether the policy is about it. */
const ATTACHED: readonly (readonly [string, readonly string[], boolean])[] = [
  ['agents("sales")', ['crm.get'], true],
  ['agents("billing", "sa*")', ['crm.get'], true],
  ['agents("billing")', ['crm.get'], false],
  ['roles("reader")', ['crm.get'], true],
  ['roles("sell*")', ['crm.get'], true],
  ['roles("admin")', ['crm.get'], false],
  ['teams("growth")', ['crm.get'], true],
  ['teams("risk")', ['crm.get'], false],
  ['spaces("e*")', ['crm.get'], true],
  ['spaces("apac")', ['crm.get'], false],
  ['tools("crm")', ['crm.get'], true],
  ['tools("crm.get")', ['crm.get'], true],
  ['tools("crm.g*")', ['crm.get'], true],
  ['tools("slack")', ['crm.get'], false],
  ['memory("CRM.*")', ['memory.read', 'CRM.customers'], true],
  ['memory("HR.*")', ['memory.read', 'CRM.customers'], false],
  ['memory("CRM.*")', ['egress.connect', 'CRM.customers'], false],
  ['hosts("api.example.com")', ['egress.connect', 'api.example.com'], true],
  ['hosts("api.example.com")', ['egress.connect', 'example.com'], false],
  ['models("claude-*")', ['model.invoke', 'claude-x'], true],
  ['routes("planner")', ['message.send', 'planner'], true],
  ['agents("sales"), tools("crm")', ['crm.get'], true],
  ['agents("sales"), tools("slack")', ['crm.get'], false],
  ['agents("billing"), tools("crm")', ['crm.get'], false],
]

for (const [attachment, [operation = '', resource], about] of ATTACHED) {
  const asked = resource === undefined ? operation : `${operation} of ${resource}`
  test(`for ${attachment}: ${asked} is ${about ? '' : 'not '}meant`, () => {
    const allowing = load({ file: 'p.policy', text: `policy p for ${attachment} { allow: * }` })
    assert.equal(allowing.decide(request(operation, resource)).effect, about ? 'allow' : 'deny')
    const text = `policy q { allow: * } policy p for ${attachment} { deny: * }`
    const denying = load({ file: 'p.policy', text })
    assert.equal(denying.decide(request(operation, resource)).effect, about ? 'deny' : 'allow')
  })
}

const FOLDERS: readonly (readonly [string, boolean])[] = [
  ['policies/agents/sales/p.policy', true],
  ['policies/agents/billing/p.policy', false],
  ['policies/emea/agents/sales/more/p.policy', true],
  ['policies/agents/sales/tools/crm/p.policy', true],
  ['policies/agents/sales/tools/slack/p.policy', false],
  ['policies/tools/crm.get/p.policy', true],
  ['policies/roles/reader/p.policy', true],
  ['agents/sales/p.policy', true],
  ['agents/billing/p.policy', true],
]

for (const [file, about] of FOLDERS)
  test(`a policy in ${file} is ${about ? '' : 'not '}about what sales asks of the crm`, () => {
    const set = load({ file, text: 'policy p { allow: * }' })
    assert.equal(set.decide(request('crm.get')).effect, about ? 'allow' : 'deny')
  })

test('who asks cannot be told: what is attached to somebody denies, and does not allow', () => {
  const text = 'policy p for agents("sales") { deny: crm.delete allow: crm.get }'
  const set = load({ file: 'p.policy', text })
  const unknown = { ...SALES, agent: {} }
  assert.equal(set.decide(request('crm.delete', 'crm.delete', unknown)).reason, 'deny_on_error')
  assert.equal(set.decide(request('crm.get', 'crm.get', unknown)).reason, 'default_deny')
})

test('an explanation shows what a rule is attached to, and by what', () => {
  const file = 'policies/roles/reader/p.policy'
  const text = `class slow when operation.seconds > 60
policy p for agents("billing", "x") { deny: slow }
policy q { allow: crm.* if args.token == "hunter2" }`
  const explanation = load({ file, text }).explain(
    request('crm.get', 'crm.get', { ...SALES, operation: { seconds: 5 }, args: { token: 'x' } }),
  )
  const shown = renderExplanation(explanation)
  assert.match(shown, /true {3}placed in `roles\/` for "reader"/)
  assert.match(shown, /false {2}agents\("billing", "x"\) \[for agents\("billing", "x"\)\]/)
  assert.match(shown, /false {2}operation\.seconds > 60 \[class `slow`\]/)
  assert.match(shown, /operation\.seconds = 5/)
  assert.match(shown, /args\.token = "\[hidden\]"/)
})
