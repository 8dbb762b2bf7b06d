import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { renderDiagnostic } from './language/diagnostics.ts'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'
import { renderDecision } from './render-decision.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => true })

function load(text: string) {
  const { set, diagnostics } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  assert.ok(set !== undefined, diagnostics.map(renderDiagnostic).join('\n'))
  return set
}

function decide(text: string, args: JsonObject = {}, approved: readonly string[] = []) {
  const resource = { type: 'tool', id: 't.x' } as const
  return load(text).decide({ operation: 't.x', resource, attributes: { args }, approved })
}

const APPROVALS = `
approval boss { approver: role("boss"), quorum: 2, ttl: 1h, escalate: team("risk") after 5m }
approval peer { approver: principal("ada"), not: nobody }
policy a { allow: t.x require: boss if args.large }
policy b { require: [peer, redact("email")] for t.x if args.peer }
`

test('an approval that is demanded holds the action until it is there', () => {
  const held = decide(APPROVALS, { large: true, peer: false })
  assert.deepEqual([held.effect, held.reason], ['require_approval', 'approval_required'])
  assert.deepEqual(
    held.approvals.map(({ approval }) => approval),
    [
      {
        ...{ name: 'boss', approver: { by: 'role', name: 'boss' }, quorum: 2, ttlMs: 3_600_000 },
        notRequester: true,
        escalation: { approver: { by: 'team', name: 'risk' }, afterMs: 300_000 },
      },
    ],
  )
  assert.match(renderDecision(held), /needs boss, 2 of role boss within 3600 s/)
  assert.equal(decide(APPROVALS, { large: true, peer: false }, ['boss']).effect, 'allow')
})

test('all approvals are needed, and conditions come with them', () => {
  const args = { large: true, peer: true }
  const one = decide(APPROVALS, args, ['boss'])
  assert.deepEqual([one.effect, one.obligations.length], ['require_approval', 1])
  assert.equal(decide(APPROVALS, args, ['peer', 'boss']).effect, 'allow_with_conditions')
})

test('where it cannot be told whether an approval is needed, it is', () => {
  assert.deepEqual(
    decide(APPROVALS).approvals.map(({ approval }) => approval.name),
    ['peer', 'boss'],
  )
})

test('an approval overrides no deny, and opens nothing that nothing allows', () => {
  const text = `${APPROVALS} policy c { deny: t.x if args.bad }`
  const args = { large: true, peer: false, bad: true }
  assert.equal(decide(text, args, ['boss', 'peer']).reason, 'explicit_deny')
  const other = { operation: 't.y', resource: { type: 'tool', id: 't.y' }, attributes: {} } as const
  assert.equal(load(text).decide({ ...other, approved: ['boss'] }).reason, 'default_deny')
})

test('what an audit notes stands beside every decision about the same, and changes none', () => {
  const text = `policy a { allow: t.x if args.ok audit: { level: "info", input: false } }
policy b { audit: everything for * if args.note }`
  for (const [args, effect, names] of [
    [{ ok: true, note: true }, 'allow', ['level', 'input', 'everything']],
    [{ ok: false, note: false }, 'deny', ['level', 'input']],
    [{ note: false }, 'deny', ['level', 'input']],
    [{ ok: true }, 'allow', ['level', 'input', 'everything']],
  ] as const) {
    const decision = decide(text, args)
    assert.equal(decision.effect, effect)
    assert.deepEqual(
      decision.audits.map(({ name }) => name),
      names,
    )
  }
})

test('a policy in observe mode is reported and has no say', () => {
  const text = `policy a { allow: t.x }
@mode("observe") @reason("bulk exports are ending") policy b {
  deny: t.x if args.bulk
  require: redact("email") for t.x
}`
  const bulk = decide(text, { bulk: true })
  assert.deepEqual([bulk.effect, bulk.obligations.length], ['allow', 0])
  assert.equal(bulk.observed?.effect, 'deny')
  assert.equal(bulk.observed?.determining[0]?.says, 'bulk exports are ending')
  assert.match(renderDecision(bulk), /observed only: would be deny \(explicit_deny\)/)
  assert.equal(decide(text, { bulk: false }).observed?.effect, 'allow_with_conditions')
})

test('an observed allow opens nothing', () => {
  const decision = decide('@mode("observe") policy a { allow: t.x }')
  assert.deepEqual([decision.effect, decision.observed?.effect], ['deny', 'allow'])
})

test('without a policy in observe mode nothing is observed', () => {
  assert.equal(decide('policy a { allow: t.x }').observed, undefined)
})
