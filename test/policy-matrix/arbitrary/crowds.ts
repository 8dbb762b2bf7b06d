import fc from 'fast-check'
import { conditionText } from './conditions.ts'
import type { Draft, Drafts } from './policies.ts'
import { draft, groundPolicy } from './policies.ts'

/**
 * Many rules about the same, told apart by their guards alone: from some number on an engine finds
 * them by what they ask of an attribute. Few attributes and constants, so that much is found, with
 * the texts, labels and lists in all the ways in which they can be asked for.
 */
const SIMPLE = [
  ...['args.s == "x"', 'args.s == "xy"', '"admin" == args.s', 'args.s != "x"', '!(args.s == "é")'],
  ...['args.s in ["x", "admin"]', '["xy", ""].contains(args.s)', 'args.s == "x" || args.s == "é"'],
  ...['input.s == "x"', 'input.s in ["x"]', 'args.s == "x" || args.s in ["xy", "axb"]'],
  ...['principal.roles.contains("x")', '"admin" in principal.roles', '"x" in args.tags'],
  ...['args.tags.contains("x") || args.tags.contains("admin")', 'args.tags.contains("a*b")'],
  ...['!principal.roles.contains("x")', '!(args.s in ["x", "xy"])', 'args.any == "x"'],
  ...['"x" in args.any', 'args.any in ["x", "admin"]', 'args.any == 1', 'args.any == true'],
  ...['args.n == 1', 'args.n != 1', 'args.n < 1', '1 <= args.n', 'args.n > 1', '2 >= args.n'],
  ...['!(args.n == 1)', '!(args.n < 1)', 'args.deep.n == 1', 'input.deep.n >= 1', 'args.n == 1.5'],
  ...['args.flag', '!args.flag', 'args.flag == true', 'session.ok != true', 'false == session.ok'],
  ...['args.label < "internal"', '"internal" <= args.label', 'args.label > "public"'],
  ...['data.label >= "secret"', 'args.label < "small"', 'agent.id == "sales"'],
  // What looks like the tests above and is none of them.
  ...['args.s == "x" || agent.id == "sales"', 'args.s == "x" || args.label == "public"'],
  ...['args.s == "x" || args.tags.contains("x")', 'args.tags.contains("x") || args.s == "x"'],
  ...[
    'args.s == "x" || args.n == 1',
    'args.s != "x" || args.s == "xy"',
    'args.n == 1 || args.n == 2',
  ],
  ...[
    'args.any in ["x", 1]',
    'args.s in [args.label, "x"]',
    'args.s in []',
    '[args.s].contains("x")',
  ],
  ...['args.n <= 1', 'args.n <= 0', '0 >= args.n', 'args.n >= 3', 'args.s == args.label'],
  ...['args.tags.contains("xy")', 'args.tags.contains("axb")', 'args.tags.contains("é")'],
  ...['principal.team == "red"', 'principal.space in ["one", "two"]', 'principal.team != "blue"'],
] as const

const conjunct = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...SIMPLE) },
  { weight: 1, arbitrary: conditionText },
)
const guard = fc
  .tuple(
    fc.constantFrom('if', 'if', 'if', 'unless'),
    fc.array(conjunct, { minLength: 1, maxLength: 3 }),
  )
  .map(([word, all]) => ` ${word} ${all.map((one) => `(${one})`).join(' && ')}`)

const head = fc.constantFrom(
  ...['allow: slack.post', 'allow: slack.post', 'allow: [slack.post, slack.*]', 'allow: *'],
  ...['deny: slack.post', 'deny: *', 'deny: [urgent, slack.post]', 'deny: slow'],
  ...['require: tagged for slack.post', 'require: manager for *', 'require: [(args.flag)] for *'],
  ...['require: level = "mid" for slack.*', 'audit: full for slack.post', 'audit: seen'],
)
const rule = fc.tuple(head, guard).map(([kind, condition]) => `${kind}${condition}`)

const crowd: fc.Arbitrary<Draft> = fc
  .tuple(
    fc.uniqueArray(rule, { minLength: 6, maxLength: 24 }),
    fc.constantFrom('', '', '', '@mode("observe")'),
    fc.constantFrom('', '', ' for agents("sales")'),
  )
  .map(([rules, annotation, attached]) => draft(rules, { annotation, attached }))

export const crowdedPolicies: fc.Arbitrary<Drafts> = fc
  .tuple(groundPolicy, fc.array(crowd, { minLength: 1, maxLength: 2 }))
  .map(([ground, crowds]) => [ground, ...crowds])
