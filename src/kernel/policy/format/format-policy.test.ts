import assert from 'node:assert/strict'
import test from 'node:test'
import { MAX_LINE_LENGTH } from '../language/bounds.ts'
import { FORMAT_WIDTH, formatPolicy } from './format-policy.ts'

function formatted(text: string): string {
  const result = formatPolicy({ file: 'p.policy', text })
  assert.ok(result.ok, JSON.stringify(result))
  return result.text
}

const LONG = 'principal.roles.contains("a role with a rather long name")'

/** Each as written, and as it is formatted. */
const CASES: readonly (readonly [what: string, written: string, formatted: string])[] = [
  ['nothing', ' \n\n', ''],
  ['a file of comments', '  # one  \n\n\n\n// two', '# one\n\n// two\n'],
  [
    'space around operators and none around dots',
    'policy p{allow:a . b if!(args . n+-1*2>=3)&&args.l in[1,2]}',
    'policy p { allow: a.b if !(args.n + -1 * 2 >= 3) && args.l in [1, 2] }\n',
  ],
  [
    'a policy of two rules',
    'policy p { allow: a.b deny: a.c }',
    'policy p {\n  allow: a.b\n  deny: a.c\n}\n',
  ],
  [
    'policies stand apart, and at most one empty line stays',
    'policy p {} policy q {\n\n\n  allow: a.b\n\n\n  deny: a.c\n\n}',
    'policy p {}\n\npolicy q {\n  allow: a.b\n\n  deny: a.c\n}\n',
  ],
  [
    'declarations may stand together',
    'order a{x<y}\norder b { "x y"<z }\n\norder c{ x }',
    'order a { x < y }\norder b { "x y" < z }\n\norder c { x }\n',
  ],
  [
    'a guard that does not fit begins a line, its operands after the first are indented',
    `policy p { deny: a.b if ${LONG} || ${LONG} }`,
    `policy p {\n  deny: a.b\n    if ${LONG} ||\n      ${LONG}\n}\n`,
  ],
  [
    'what stands alone in parentheses is broken with them',
    `policy p { deny: a.b if (${LONG} && ${LONG}) }`,
    `policy p {\n  deny: a.b if (\n    ${LONG} &&\n    ${LONG}\n  )\n}\n`,
  ],
  [
    'a list that does not fit has an element a line, and its last comma is its author’s',
    `policy p { allow: ["${'x'.repeat(60)}", "${'y'.repeat(60)}",] }`,
    `policy p {\n  allow: [\n    "${'x'.repeat(60)}",\n    "${'y'.repeat(60)}",\n  ]\n}\n`,
  ],
  [
    'a line broken after a bracket or before a guard stays broken',
    'policy p {\n  allow: [\n a.b, a.c] \n if args.x\n}',
    'policy p {\n  allow: [\n    a.b,\n    a.c\n  ]\n    if args.x\n}\n',
  ],
  [
    'other broken lines are joined',
    'policy p {\n  allow:\n    a.b if args.x\n    && args.y\n}',
    'policy p {\n  allow: a.b if args.x && args.y\n}\n',
  ],
  [
    'annotations have lines of their own',
    '@mode("observe") policy p { @reason("so") allow: a.b }',
    '@mode("observe")\npolicy p {\n  @reason("so")\n  allow: a.b\n}\n',
  ],
  [
    'declarations of the vocabulary',
    'resource class s when data.c!="x" class b=["crm.export_*",mail.send]when operation.n>1\n' +
      'obligation o in["a","b"] operation crm.update{id:string,fields?:{n?:[number],...}}\n' +
      'approval a{approver:role("x"),escalate:role("y")after 5m} operation read type user{...}',
    'resource class s when data.c != "x"\n' +
      'class b = ["crm.export_*", mail.send] when operation.n > 1\n' +
      'obligation o in ["a", "b"]\n' +
      'operation crm.update { id: string, fields?: { n?: [number], ... } }\n' +
      'approval a { approver: role("x"), escalate: role("y") after 5m }\n' +
      'operation read\ntype user { ... }\n',
  ],
  [
    'attachments, records of requirements and audits',
    'policy p for agents("a","b-*"),roles(c){require:{mask:true,max_rows:1+2}for a.b audit:x}',
    'policy p for agents("a", "b-*"), roles(c) {\n' +
      '  require: { mask: true, max_rows: 1 + 2 } for a.b\n  audit: x\n}\n',
  ],
  [
    'a window of time',
    'policy p {\n  allow: a.b if context.time during\n"Mon-Fri"\n}',
    'policy p {\n  allow: a.b if context.time during "Mon-Fri"\n}\n',
  ],
  [
    'comments stay beside what they are beside',
    'policy p { # p\n# own\nallow: a.b # after\n\n# last\n} # end',
    'policy p { # p\n  # own\n  allow: a.b # after\n\n  # last\n} # end\n',
  ],
  [
    'comments inside of an expression',
    'policy p {\nallow: a.b if ( # why\nargs.x /* x */ && # and\n# y\nargs.y\n# z\n)\n}',
    'policy p {\n  allow: a.b if ( # why\n    args.x /* x */ && # and\n    # y\n    args.y\n' +
      '    # z\n  )\n}\n',
  ],
  [
    'a comment over lines keeps what is in it',
    'policy p {\n/* a\n      b */ allow: a.b\n}',
    'policy p {\n  /* a\n      b */\n  allow: a.b\n}\n',
  ],
  [
    'no comment breaks what it is about',
    `policy p {\n  deny: a.b if ${LONG} # ${'x'.repeat(80)}\n}`,
    `policy p {\n  deny: a.b if ${LONG} # ${'x'.repeat(80)}\n}\n`,
  ],
  [
    'line ends of other systems and a byte order mark',
    '\uFEFFpolicy p {\r\n  # c\r\n  allow: a.b\r\n}\r\n',
    'policy p {\n  # c\n  allow: a.b\n}\n',
  ],
]

for (const [what, written, expected] of CASES)
  test(`format: ${what}`, () => {
    assert.equal(formatted(written), expected)
    assert.equal(formatted(expected), expected)
  })

test('a line is as wide as it may be, and no wider', () => {
  const rule = (length: number) => `  allow: a.b if args.${'x'.repeat(length - 21)}`
  const fits = `policy p {\n${rule(FORMAT_WIDTH)}\n}\n`
  assert.equal(formatted(fits), fits)
  const wide = `policy p {\n${rule(FORMAT_WIDTH + 1)}\n}\n`
  assert.equal(formatted(wide), wide.replace(' if', '\n    if'))
})

test('a text with a mistake is not formatted', () => {
  const result = formatPolicy({ file: 'p.policy', text: 'policy p {allow a.b}' })
  assert.ok(!result.ok)
  assert.equal(result.diagnostics[0]?.message, 'expected `:`, found `a`')
})

test('a line that would become too long to load is not written', () => {
  const comment = `# ${'x'.repeat(MAX_LINE_LENGTH - 2)}`
  const result = formatPolicy({ file: 'p.policy', text: `policy p {\n${comment}\nallow: a.b }` })
  assert.ok(!result.ok)
  assert.match(result.diagnostics[0]?.message ?? '', /line is longer/)
})

test('a chain as long as a file allows is formatted without running out of stack', () => {
  const operands = 100_000
  const chain = Array.from({ length: operands }, () => 'a').join('&&\n')
  const lines = formatted(`policy p {\n deny: a.b if (\n${chain}) }`).split('\n')
  assert.equal(lines.length, operands + 5)
})
