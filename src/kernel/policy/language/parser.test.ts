import assert from 'node:assert/strict'
import test from 'node:test'
import { parsePolicyFile } from './parser.ts'
import { textOf } from './source.ts'
import type { Expression } from './syntax.ts'

const SHAPES: readonly (readonly [string, string])[] = [
  ['a || b && c', '(or a (and b c))'],
  ['a && b || c && d', '(or (and a b) (and c d))'],
  ['!a == b', '(not (== a b))'],
  ['!a && b', '(and (not a) b)'],
  ['a + b * c - d', '(arithmetic a (arithmetic b c) d)'],
  ['a + 1 < b * 2', '(< (arithmetic a 1) (arithmetic b 2))'],
  ['(a || b) && c', '(and (or a b) c)'],
  ['a.b.contains(c.d)', '(contains a.b c.d)'],
  ['a in [1, "x", true,]', '(in a (list 1 x true))'],
  ['a has b.c', '(has a b.c)'],
  ['(a.b).c == -2', '(== a.b.c -2)'],
  ['any(a, |x| x.b || c)', '(any a (lambda x (or x.b c)))'],
  ['a like "x*" && b', '(and (like a x*) b)'],
  ['a == 15m', '(== a 900000)'],
]

for (const [text, shape] of SHAPES)
  test(`${text} reads as ${shape}`, () => {
    const { tree, diagnostics } = parsePolicyFile('p.policy', `policy p { deny: t.x if ${text} }`)
    assert.deepEqual(diagnostics, [])
    const guard = tree.policies[0]?.rules[0]?.guard
    assert.ok(guard !== undefined)
    assert.equal(shapeOf(guard), shape)
  })

test('every node knows its place in the text', () => {
  const text = 'policy p { deny: t.x unless (args.a == 1) && b.c.isEmpty() }'
  const { source, tree } = parsePolicyFile('p.policy', text)
  const rule = tree.policies[0]?.rules[0]
  assert.ok(rule?.guard?.kind === 'not' && rule.guard.operand.kind === 'and')
  assert.equal(textOf(source, rule), text.slice(11, -2))
  assert.equal(textOf(source, rule.guard), 'unless (args.a == 1) && b.c.isEmpty()')
  const parts = rule.guard.operand.operands.map((part) => textOf(source, part))
  assert.deepEqual(parts, ['(args.a == 1)', 'b.c.isEmpty()'])
})

test('words of the language are names where a name is due', () => {
  const text = 'policy policy { deny: for.if if args.in == 1 && args has has }'
  assert.deepEqual(parsePolicyFile('p.policy', text).diagnostics, [])
})

test('comments of all three kinds are space, and strings hold none', () => {
  const text = '# a\npolicy p { // b "\n deny: t.x /* c } */ if args.a == "# // /*" }'
  const { tree, diagnostics } = parsePolicyFile('p.policy', text)
  assert.deepEqual(diagnostics, [])
  const guard = tree.policies[0]?.rules[0]?.guard
  assert.ok(guard?.kind === 'comparison' && guard.right.kind === 'literal')
  assert.equal(guard.right.value, '# // /*')
})

function shapeOf(node: Expression): string {
  const list = (head: string, parts: readonly Expression[]) =>
    `(${[head, ...parts.map(shapeOf)].join(' ')})`
  switch (node.kind) {
    case 'literal':
      return String(node.value)
    case 'path':
      return [node.root, ...node.names].map(({ text }) => text).join('.')
    case 'list':
      return list('list', node.items)
    case 'not':
      return list('not', [node.operand])
    case 'and':
    case 'or':
      return list(node.kind, node.operands)
    case 'comparison':
      return list(node.operator, [node.left, node.right])
    case 'in':
      return list('in', [node.item, node.list])
    case 'has':
      return `(has ${shapeOf(node.subject)} ${node.names.map(({ text }) => text).join('.')})`
    case 'like':
      return `(like ${shapeOf(node.subject)} ${node.pattern})`
    case 'during':
      return `(during ${shapeOf(node.subject)} ${node.window})`
    case 'arithmetic':
      return list('arithmetic', [node.first, ...node.rest.map(({ operand }) => operand)])
    case 'method':
      return list(node.name.text, [node.receiver, ...node.args])
    case 'call':
      return list(node.name.text, node.args)
    case 'lambda':
      return `(lambda ${node.parameter.text} ${shapeOf(node.body)})`
  }
}
