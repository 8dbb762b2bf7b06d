/**
 * The policy engine alone, in a program of your own: no runtime, no files but the policies. In a
 * project of yours the import reads `portcullis/policy`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPolicies, OBLIGATIONS, permits, renderDiagnostic } from '../../src/policy.ts'

const FOLDER = import.meta.dirname
const NAMES = ['vocabulary.policy', 'newsroom.policy', 'agents/intern/hours.policy']
const files = NAMES.map((name) => ({
  file: `policies/${name}`,
  text: readFileSync(join(FOLDER, 'policies', name), 'utf8'),
}))

const { set, diagnostics } = loadPolicies(files, OBLIGATIONS)
if (set === undefined) throw new Error(diagnostics.map(renderDiagnostic).join('\n\n'))

const MONDAY_NOON = Date.parse('2026-11-23T12:00:00+01:00')
const SUNDAY_NOON = Date.parse('2026-11-22T12:00:00+01:00')

interface Wish {
  readonly agent: string
  readonly at: number
  readonly classification: string
  readonly audience: string
  readonly approved?: readonly string[]
}

/** What your program knows of a request, under the roots that policies read. */
function ask({ agent, at, classification, audience, approved = [] }: Wish) {
  return set?.decide({
    operation: 'publish',
    resource: { type: 'tool', id: 'publish' },
    attributes: {
      agent: { id: agent },
      principal: { id: agent, roles: ['writer'] },
      args: { title: 'News', classification, audience },
      context: { time: at },
    },
    approved,
  })
}

const staff = { agent: 'desk', at: SUNDAY_NOON, classification: 'internal', audience: 'staff' }
const WISHES: readonly (readonly [string, Wish, string, string])[] = [
  ['to the staff, on a Sunday', staff, 'allow_with_conditions', 'allowed'],
  ['the same by the intern', { ...staff, agent: 'intern' }, 'deny', 'explicit_deny'],
  [
    'by the intern, on Monday',
    { ...staff, agent: 'intern', at: MONDAY_NOON },
    ...(['allow_with_conditions', 'allowed'] as const),
  ],
  [
    'to everyone',
    { ...staff, audience: 'everyone' },
    ...(['require_approval', 'approval_required'] as const),
  ],
  [
    'to everyone, approved',
    { ...staff, audience: 'everyone', approved: ['editor_approval'] },
    ...(['allow_with_conditions', 'allowed'] as const),
  ],
  ['something confidential', { ...staff, classification: 'confidential' }, 'deny', 'explicit_deny'],
]

for (const [what, wish, effect, reason] of WISHES) {
  const decision = ask(wish)
  assert.ok(decision !== undefined)
  assert.deepEqual([decision.effect, decision.reason], [effect, reason], what)
  const [rule] = decision.determining
  const by = rule === undefined ? '' : `  ${rule.file}:${rule.line}:${rule.column}`
  const says = rule?.says === undefined ? '' : `  "${rule.says}"`
  console.log(`${permits(decision) ? 'yes' : 'no '}  ${what}: ${decision.effect}${by}${says}`)
}
