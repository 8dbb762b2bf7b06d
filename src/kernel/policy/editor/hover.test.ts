import assert from 'node:assert/strict'
import test from 'node:test'
import { marked } from '../../../../test/editors/marked.ts'
import { hoverAt } from './hover.ts'

const VOCABULARY = `# From harmless
# to grave.
order level { low < mid < high }
approval boss { approver: role("boss"), ttl: 5m }
obligation noise in ["some", "much"]
type user { clearance?: level, jobs: [{ rank: number }] }
operation crm.export { table: string }
class bulk = [crm.export]
`

const SHOWN: readonly (readonly [text: string, ...shown: RegExp[]])[] = [
  ['pol¦icy p {}', /named block of rules/],
  ['policy p { al¦low: a.b }', /^`allow`\n\nPermits/],
  ['policy p { allow: a.b unl¦ess args.x }', /does not hold/],
  ['policy p { allow: a.b if args.l.cont¦ains(1) }', /some element equals/],
  ['policy p { allow: a.b if an¦y(args.l, |x| x == 1) }', /for some element/],
  ['policy p for age¦nts("x") {}', /these agents alone/],
  ['@mo¦de("observe") policy p {}', /decides nothing/],
  ['approval a { quo¦rum: 2 }', /How many/],
  ['approval a { approver: ro¦le("x") }', /holds the role/],
  ['type agent { n: numb¦er }', /durations in milliseconds/],
  ['policy p { allow: a.b if us¦er.clearance == "low" }', /person behind/, /type user \{/],
  [
    'policy p { allow: a.b if user.clear¦ance == "low" }',
    /clearance\?: level/,
    /low < mid/,
    /missing/,
  ],
  ['policy p { allow: a.b if any(user.jobs, |j| j.ra¦nk > 1) }', /rank: number/],
  [
    'policy p { allow: crm.export if args.ta¦ble == "x" }',
    /table: string/,
    /operation crm\.export/,
  ],
  [
    'policy p { allow: a.b if user.clearance >= "mi¦d" }',
    /label 2 of 3/,
    /low < \*\*mid\*\* < high/,
  ],
  ['policy p { allow: bu¦lk }', /class bulk = \[crm\.export\]/],
  ['policy p { allow: crm.exp¦ort }', /operation crm\.export \{/],
  ['policy p { require: bo¦ss for a.b }', /approval boss/, /ttl: 5m/],
  ['policy p { require: noi¦se = "some" for a.b }', /\["some", "much"\]/],
  ['policy p { require: red¦act("email") for a.b }', /write `redact\("email"\)`/],
  ['type agent { l: lev¦el }', /From harmless\nto grave\./],
]

for (const [text, ...shown] of SHOWN)
  test(`what is shown at \`${text}\``, () => {
    const { set, file, offset } = marked(text, VOCABULARY)
    const hover = hoverAt(set, file, offset)
    for (const pattern of shown) assert.match(hover?.text ?? '', pattern)
  })

for (const text of ['policy p¦ {}', 'policy p { allow: a.b # al¦low\n}', 'policy p {¦}', '"x¦"'])
  test(`nothing is shown at \`${text}\``, () => {
    const { set, file, offset } = marked(text)
    assert.equal(hoverAt(set, file, offset), undefined)
  })

test('a comment cannot end the block it is shown in', () => {
  const { set, file, offset } = marked('class c = [\n# ```\n# [x](y)\na.b]\npolicy p { deny: c¦ }')
  assert.equal(hoverAt(set, file, offset)?.text.match(/```/g)?.length, 2)
})
