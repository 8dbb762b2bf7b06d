import assert from 'node:assert/strict'
import test from 'node:test'
import { marked } from '../../../../test/editors/marked.ts'
import { completionsAt } from './complete.ts'

const VOCABULARY = `
order level { low < high }
order size { s < "x l" }
class bulk = [crm.export]
resource class pii when data.level == "high"
approval boss { approver: role("boss") }
obligation noise
obligation trail in ["thin", "thick", 3]
type user { clearance: level, needs: [level], job?: { title: string }, jobs: [{ rank: level }] }
operation crm.export { table: string, level: level }
operation read
`

/** The text before the cursor; some of what is offered; some of what is not. */
const CASES: readonly (readonly [text: string, offered: string, not: string])[] = [
  ['¦', 'policy order type', 'allow user'],
  ['pol¦', 'policy class', 'allow'],
  ['policy p {}\n¦', 'policy approval', 'allow'],
  ['@¦', 'mode reason', 'policy'],
  ['policy p ¦', 'for', 'agents'],
  ['policy p for ¦', 'agents hosts', 'allow'],
  ['policy p for agents("x"), ¦', 'roles', 'for'],
  ['policy p { ¦', 'allow deny require audit', 'policy if'],
  ['policy p { @¦', 'reason', 'mode'],
  ['policy p { allow: ¦', 'bulk crm.export read', 'user level'],
  ['policy p { allow: [read, ¦', 'bulk', 'if'],
  ['policy p { allow: crm.¦', 'export', 'bulk'],
  ['policy p { allow: read(¦', 'pii data', 'bulk'],
  ['policy p { allow: read ¦', 'if unless deny', 'user'],
  ['policy p { allow: read if ¦', 'user args any true', 'allow if'],
  ['policy p { allow: read if user.¦', 'clearance job', 'contains user'],
  ['policy p { allow: read if user.cl¦ && true }', 'clearance', 'user'],
  ['policy p { allow: read if user.job.¦', 'title', 'clearance'],
  ['policy p { allow: read if user has ¦', 'job', 'title if'],
  ['policy p { allow: read if user.needs.¦', 'contains isEmpty', 'clearance'],
  ['policy p { allow: crm.export if args.¦', 'table level', 'clearance'],
  ['policy p { allow: bulk if args.¦', 'table', 'clearance'],
  ['policy p { allow: read if user.clearance >= ¦', '"low" "high" args', '"s"'],
  ['policy p { allow: read if user.clearance >= "¦', 'low high', 's user'],
  ['policy p { allow: read if user.clearance >= "h¦" }', 'high', 'args'],
  ['policy p { allow: read if args.x == "¦', 'low s', 'args'],
  ['policy p { allow: read if user.needs.contains("¦', 'high', 's'],
  ['policy p { allow: read if user.clearance in [¦', '"high" user', '"s"'],
  ['policy p { allow: read if user.clearance ¦', 'in has like during deny', 'user'],
  ['policy p { allow: read if any(user.jobs, |j| j.¦', 'rank', 'clearance'],
  ['policy p { allow: read if any(user.jobs, |j| ¦', 'j user', 'deny'],
  ['policy p { allow: read if any(user.jobs, |j| j.rank == "¦', 'high', 's'],
  ['policy p { allow: read if args.x like ¦', '', 'args'],
  ['policy p { require: ¦', 'redact boss noise max_rows user', 'bulk'],
  ['policy p { require: [noise, ¦', 'redact boss', 'if'],
  ['policy p { require: { ¦', 'max_rows boss', 'user if'],
  ['policy p { require: redact("¦', 'email', 'redact'],
  ['policy p { require: audit_trail = ¦', '"basic" "detailed"', 'user true'],
  ['policy p { require: audit_trail = "¦', 'basic detailed', '"basic"'],
  ['policy p { require: [trail = "¦', 'thin thick', 'user'],
  ['policy p { require: { trail: ¦', '"thin" "thick" 3', 'true'],
  ['policy p { require: { noise: ¦', 'true', 'false user'],
  ['policy p { require: noise ¦', 'for if allow', 'redact'],
  ['policy p { require: noise for ¦', 'bulk read', 'user'],
  ['policy p { require: noise for read if ¦', 'user', 'bulk'],
  ['approval a { ¦', 'approver ttl', 'role'],
  ['approval a { approver: ¦', 'role team', 'ttl'],
  ['approval a { not: ¦', 'requester nobody', 'role'],
  ['approval a { escalate: role("x") ¦', 'after', 'role'],
  ['type ¦', 'principal session', 'user order'],
  ['type agent { id: ¦', 'string level', 'user'],
  ['operation a.b { id: [¦', 'number size', 'user'],
  ['obligation o ¦', 'in policy', 'user'],
  ['class c = [¦', 'crm.export', 'user'],
  ['class c when ¦', 'user operation', 'class'],
  ['# pol¦', '', 'policy'],
  ['/* pol¦', '', 'policy'],
  ['policy p { allow: "¦', '', 'read'],
]

for (const [text, offered, not] of CASES)
  test(`completion at \`${text}\``, () => {
    const { set, file, offset } = marked(text, VOCABULARY)
    const labels = completionsAt(set, file, offset).items.map(({ label }) => label)
    for (const label of offered.split(' ').filter(Boolean))
      assert.ok(labels.includes(label), `${label} is not among ${labels.join(' ')}`)
    for (const label of not.split(' '))
      assert.ok(!labels.includes(label), `${label} is among ${labels.join(' ')}`)
    assert.equal(new Set(labels).size, labels.length, `twice: ${labels.join(' ')}`)
  })

test('the word that is being typed is replaced, and in a string its inside', () => {
  const replaced = (text: string) => {
    const { set, file, offset } = marked(text, VOCABULARY)
    const { at } = completionsAt(set, file, offset)
    return file.source.text.slice(at.start, at.end)
  }
  assert.equal(replaced('pol¦'), 'pol')
  assert.equal(replaced('policy p { all¦ow: read }'), 'allow')
  assert.equal(replaced('policy p { deny: read if user.clearance >= "l¦ow" }'), 'low')
  assert.equal(replaced('policy p { deny: read if user.clearance >= "lo¦\n}'), 'lo')
  assert.equal(replaced('policy p { ¦ }'), '')
})

test('a label with a space is offered as it is written', () => {
  const { set, file, offset } = marked('policy p { deny: read if args.a < ¦', VOCABULARY)
  assert.ok(completionsAt(set, file, offset).items.some(({ label }) => label === '"x l"'))
})
