import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ANNOTATIONS } from '../../src/kernel/policy/check/annotations.ts'
import { METHODS, ROOTS } from '../../src/kernel/policy/check/builtins.ts'
import { APPROVAL_SETTINGS, APPROVERS } from '../../src/kernel/policy/check/read-approval.ts'
import { TYPE_NAMES } from '../../src/kernel/policy/check/types.ts'
import { UNITS } from '../../src/kernel/policy/language/lexer.ts'
import {
  CONNECTIVES,
  DECLARATION_WORDS,
} from '../../src/kernel/policy/language/parse-declaration.ts'
import { RELATIONS } from '../../src/kernel/policy/language/parse-expression.ts'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import { ATTACHABLE, QUANTIFIERS } from '../../src/kernel/policy/language/syntax.ts'
import { RULE_WORDS } from '../../src/kernel/policy/language/token-stream.ts'
import { rulesOfPolicies } from '../policy-matrix/arbitrary/policies.ts'
import { VOCABULARY } from '../policy-matrix/arbitrary/vocabulary.ts'
import { REGISTRY } from '../policy-matrix/registry.ts'
import { SEED_POLICIES, SEED_VOCABULARY } from '../policy-matrix/seed-policies.ts'
import { tokenizer } from './tokenize.ts'

const tokenize = await tokenizer()

function scopesOf(text: string): readonly string[] {
  return tokenize(text).map((token) => `${token.text} ${token.scope}`)
}

function illegal(text: string): readonly string[] {
  return tokenize(text)
    .filter(({ scopes }) => scopes.some((scope) => scope.startsWith('invalid')))
    .map((token) => token.text)
}

const guard = (text: string) => `policy p { deny: a.b if ${text} }`
const rule = (text: string) => `policy p { ${text} }`

/** Words of the parser and the checker, each in a place where it stands, and its scope there. */
const WORDS: readonly (readonly [
  what: string,
  words: Iterable<string>,
  text: (word: string) => string,
  scope: string,
])[] = [
  ['declarations', ['policy', ...DECLARATION_WORDS], declaration, 'storage.'],
  ['rules', RULE_WORDS, (word) => rule(`${word}: x.y`), 'keyword.control.rule.'],
  ['relations', RELATIONS, (word) => guard(`args.a ${word} "b"`), 'keyword.operator.'],
  ['connectives', CONNECTIVES, connective, 'keyword.'],
  ['units', UNITS.keys(), (word) => guard(`args.a > 5${word}`), 'keyword.other.unit'],
  ['attachments', ATTACHABLE, (word) => `policy p for ${word}("x") {}`, 'support.type.attachment'],
  [
    'annotations of a policy',
    ANNOTATIONS.policy,
    (word) => `@${word}("x") policy p {}`,
    'storage.modifier.annotation',
  ],
  [
    'annotations of a rule',
    ANNOTATIONS.rule,
    (word) => rule(`@${word}("x") allow: a.b`),
    'storage.modifier.annotation',
  ],
  ['roots', ROOTS, (word) => guard(`${word}.x`), 'variable.language.root'],
  ['methods', METHODS.keys(), (word) => guard(`args.a.${word}()`), 'support.function.method'],
  ['quantifiers', QUANTIFIERS, (word) => guard(`${word}(x)`), 'support.function.quantifier'],
  ['truths', ['true', 'false'], guard, 'constant.language.boolean'],
  ['types', TYPE_NAMES, (word) => `type user { a?: [${word}] }`, 'support.type.primitive'],
  [
    'settings of approvals',
    APPROVAL_SETTINGS,
    (word) => `approval a { ${word}: 1 }`,
    'variable.parameter.setting',
  ],
  [
    'approvers',
    APPROVERS,
    (word) => `approval a { approver: ${word}("x") }`,
    'support.function.approver',
  ],
  [
    'obligations',
    REGISTRY.keys(),
    (word) => rule(`require: ${word}`),
    'support.function.obligation',
  ],
]

function declaration(word: string): string {
  return `${word === 'resource' ? 'resource class' : word} name {}`
}

function connective(word: string): string {
  if (word === 'for') return rule('require: x for y.z')
  if (word === 'after') return 'approval a { escalate: role("x") after 5m }'
  return RELATIONS.includes(word) ? guard(`args.a ${word} "b"`) : rule(`allow: a.b ${word} args.a`)
}

for (const [what, words, text, scope] of WORDS)
  test(`the grammar knows every word of the ${what}`, () => {
    for (const word of words) {
      const found = tokenize(text(word)).find((token) => token.text === word)
      assert.ok(found?.scope.startsWith(scope), `${text(word)}: ${word} is ${found?.scope}`)
    }
  })

/** What each construct is made of, as far as it differs from the words above. */
const CONSTRUCTS: readonly (readonly [text: string, expected: readonly string[]])[] = [
  ['# c', ['# c comment.line.number-sign']],
  ['// c', ['// c comment.line.double-slash']],
  ['policy p { /* a\n b */ }', ['/* comment.block', 'a comment.block', 'b comment.block']],
  ['order o { a < "b c" }', ['a constant.other.label', '< keyword.operator.order']],
  [
    'class c = [a.b, "x-*"] when args.a',
    ['c entity.name.type.class', 'a entity.name.function.operation', 'args variable.language.root'],
  ],
  ['resource class c = "x"', ['resource storage.modifier.resource', 'class storage.type.class']],
  ['obligation o in ["x", 2]', ['in keyword.operator.word', '2 constant.numeric']],
  [
    'approval a { not: requester }',
    ['a entity.name.type.approval', 'requester constant.language.approver'],
  ],
  [
    'type user { a?: { b: c, ... } }',
    [
      'user variable.language.root',
      'a variable.other.property',
      '? keyword.operator.optional',
      'c entity.name.type.order',
      '... keyword.operator.rest',
    ],
  ],
  [
    'operation crm.update { id: string }',
    ['crm entity.name.function.operation', 'id variable.other.property'],
  ],
  ['policy p for agents("a") {}', ['p entity.name.type.policy', 'for keyword.control.clause']],
  [
    rule('allow: [slack.*, memory.read("CRM")]'),
    ['slack entity.name.function.operation', '* keyword.operator.glob'],
  ],
  [
    rule('require: { max_rows: 1 } for a.b'),
    [
      'max_rows support.function.obligation',
      'for keyword.control.clause',
      'a entity.name.function.operation',
    ],
  ],
  [
    rule('require: level = "x" unless user.a'),
    [
      'level support.function.obligation',
      '= keyword.operator.assignment',
      'unless keyword.control.clause',
    ],
  ],
  [
    guard('!any(args.l, |d| d.n + 1 <= -2)'),
    [
      '! keyword.operator.logical',
      'd variable.parameter.lambda',
      'n variable.other.property',
      '+ keyword.operator.arithmetic',
      '<= keyword.operator.comparison',
    ],
  ],
  [
    guard('args has a.b && x'),
    [
      'has keyword.operator.word',
      'b variable.other.property',
      '&& keyword.operator.logical',
      'x variable.other',
    ],
  ],
  [
    guard('args.type == operation.order'),
    [
      'type variable.other.property',
      'operation variable.language.root',
      'order variable.other.property',
    ],
  ],
  [guard('args.a like "x\\"*"'), ['like keyword.operator.word', '\\" constant.character.escape']],
  [guard('args.a < 1.5KiB'), ['1.5 constant.numeric', 'KiB keyword.other.unit']],
]

for (const [text, expected] of CONSTRUCTS)
  test(`scopes of \`${text.replaceAll('\n', ' ')}\``, () => {
    const found = scopesOf(text)
    for (const scoped of expected)
      assert.ok(found.includes(scoped), `${scoped}: ${found.join('; ')}`)
    assert.deepEqual(illegal(text), [])
  })

/** What does not load, and what of it is shown as wrong. */
const MISTAKES: readonly (readonly [text: string, wrong: string])[] = [
  [guard('args.a > 5fortnights'), '5fortnights'],
  [guard('args.a == "\\q"'), '\\q'],
  [guard("args.a == 'x'"), "'"],
  ['@moed("observe") policy p {}', 'moed'],
  ['polciy p {}', 'polciy'],
]

for (const [text, wrong] of MISTAKES)
  test(`\`${text}\` is shown as wrong`, () => {
    assert.ok(parsePolicyFile('p', text).diagnostics.length > 0 || wrong === 'moed')
    assert.ok(illegal(text).includes(wrong), illegal(text).join(' '))
  })

for (const [index, text] of [...SEED_POLICIES, SEED_VOCABULARY].entries())
  test(`seed ${index + 1} holds nothing that the grammar does not know`, () =>
    assert.deepEqual(illegal(text), []))

test('what the parser reads the grammar reads', () => {
  fc.assert(
    fc.property(rulesOfPolicies, (policies) => {
      const blocks = policies.map((rules, index) => `policy p${index} {\n${rules.join('\n')}\n}`)
      assert.deepEqual(illegal([VOCABULARY, ...blocks].join('\n')), [])
    }),
    { numRuns: 100 },
  )
})
