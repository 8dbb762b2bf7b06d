import assert from 'node:assert/strict'
import test from 'node:test'
import { marked } from '../../../../test/editors/marked.ts'
import { readUnfinished } from './edited-set.ts'
import { definitionsOf, outlineOf, referencesOf } from './navigate.ts'

const VOCABULARY = `order level { low < high }
order risk { low < grave }
class bulk = [crm.export]
resource class pii when data.level == "high"
approval boss { approver: role("boss") }
obligation noise
type user { clearance: level, jobs: [{ rank: level }] }
operation crm.export { table: { name: string } }
operation read
`

/** A place in a policy, and the text of the lines where it is declared. */
const DEFINED: readonly (readonly [text: string, ...lines: RegExp[]])[] = [
  ['policy p { deny: bu¦lk }', /^class bulk/],
  ['policy p { deny: crm.ex¦port }', /^operation crm/],
  ['policy p { deny: re¦ad }', /^operation read/],
  ['policy p { deny: read(pi¦i) }', /^resource class pii/],
  ['policy p { deny: read if us¦er.clearance == "low" }', /^type user/],
  ['policy p { deny: read if user.clear¦ance == "low" }', /^type user/],
  ['policy p { deny: read if user.clearance == "lo¦w" }', /^order level/],
  ['policy p { deny: read if args.x < "lo¦w" }', /^order level/, /^order risk/],
  ['policy p { deny: read if any(user.jobs, |j| j.ra¦nk == "low") }', /^type user/],
  ['policy p { deny: read if any(user.jobs, |j| j¦.rank == "low") }', /^policy p/],
  ['policy p { deny: crm.export if args.table.na¦me == "x" }', /^operation crm/],
  ['policy p { deny: bulk if args.ta¦ble has name }', /^operation crm/],
  ['policy p { require: bo¦ss for read }', /^approval boss/],
  ['policy p { require: { noi¦se: true } for read }', /^obligation noise/],
  ['type agent { l: lev¦el }', /^order level/],
  ['policy p¦ {}', /^policy p/],
  ['policy p { deny: read if args.noth¦ing }'],
  ['policy p { de¦ny: read }'],
]

for (const [text, ...lines] of DEFINED)
  test(`the definition at \`${text}\``, () => {
    const { set, file, offset } = marked(text, VOCABULARY)
    const found = definitionsOf(set, file, offset).map(({ source, at }) => {
      const start = source.text.lastIndexOf('\n', at.start - 1) + 1
      return source.text.slice(start, at.end)
    })
    assert.equal(found.length, lines.length, found.join('; '))
    for (const [index, line] of lines.entries()) assert.match(found[index] ?? '', line)
  })

test('references are found in all files, with or without the declaration', () => {
  const text = 'policy p { deny: read if user.clearance >= "high¦" || args.x == "high" }'
  const { set, file, offset } = marked(text, VOCABULARY)
  const places = (includeDeclaration: boolean) =>
    referencesOf(set, { file, offset }, { includeDeclaration }).map(({ source, at }) => {
      return `${source.file} ${source.text.slice(at.start, at.end)}`
    })
  const uses = ['others.policy "high"', 'p.policy "high"', 'p.policy "high"']
  assert.deepEqual(places(false), uses)
  assert.deepEqual(places(true), ['others.policy high', ...uses])
})

test('labels of one name in two orders are two things', () => {
  const text = 'policy p { deny: read if user.clearance == "low¦" }'
  const { set, file, offset } = marked(text, VOCABULARY)
  const found = referencesOf(set, { file, offset }, { includeDeclaration: true })
  assert.equal(found.length, 2)
})

test('an outline has the policies, their rules and the declarations, in order', () => {
  const text = 'policy p {\n allow: [a.b, c.d] if x\n require: noise for  a.b\n}\norder o { x }'
  const outline = outlineOf(readUnfinished({ file: 'p.policy', text }))
  const shown = outline.map(({ detail, name, parts }) => [
    `${detail} ${name}`,
    ...parts.map((part) => `${part.detail} ${part.name}`),
  ])
  assert.deepEqual(shown, [['policy p', 'allow a.b, c.d', 'require noise for a.b'], ['order o']])
})
