import fc from 'fast-check'
import type { JsonObject } from '../../../src/kernel/json/value.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'

/**
 * Policies and requests of the common fragment. Every name has one type and every comparison is of
 * one type, since there Cedar says false where we say unknown.
 */

const targetText = fc.constantFrom(
  ...['*', 'slack.*', 'slack.post', '"slack.p*"', 'files.*', 'memory.*', 'memory.read', '"mem*"'],
  ...['[slack.post, memory.write]', 'memory.read("CRM.customers")', '*(CRM.*)', '*("C*")'],
  ...['memory.*(CRM.deals)', '[files.read, memory.read("notes")]'],
)

const numberPath = fc.constantFrom('args.n', 'args.m', 'args.deep.n', 'principal.level')
const textPath = fc.constantFrom('args.s', 'args.deep.s', 'principal.name', 'session.id')
const labelPath = fc.constantFrom('args.label', 'principal.label')
const truthPath = fc.constantFrom('args.flag', 'session.ok')
const textList = fc.constantFrom('args.tags', 'principal.roles', '["x", "y"]', '["a*b"]')
const numberList = fc.constantFrom('args.numbers', '[0, 1]', '[2]', '[args.n, 2]')

const smallText = fc.constantFrom('-1', '0', '1', '2')
const numberText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: numberPath },
  { weight: 2, arbitrary: smallText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(numberPath, fc.constantFrom('+', '-', '*'), numberPath, smallText)
      .map(([a, operator, b, c]) => `${a} ${operator} ${b} + ${c}`),
  },
)
const TEXTS = ['x', 'y', 'xy', 'a*b', 'a\\b', 'é"'] as const
const quotedText = fc.constantFrom(...TEXTS).map((text) => JSON.stringify(text))
const wordText = fc.oneof(textPath, quotedText)
const patternText = fc.constantFrom(
  '"x*"',
  '"*y"',
  '"*"',
  '"a\\\\*b"',
  '"a*b"',
  '"a\\\\\\\\b"',
  '""',
)

const joined = (parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(' '))
const leafText = fc.oneof(
  joined([numberText, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), numberText]),
  joined([wordText, fc.constantFrom('==', '!='), wordText]),
  joined([truthPath, fc.constantFrom('== true', '!= false', '', '== args.flag')]),
  joined([
    labelPath,
    fc.constantFrom('<', '<=', '>', '>='),
    fc.constantFrom('"public"', '"middling"', '"secret"'),
  ]),
  fc.tuple(textList, wordText).map(([list, item]) => `${list}.contains(${item})`),
  fc.tuple(numberList, numberPath).map(([list, item]) => `${item} in ${list}`),
  fc
    .tuple(textList, fc.constantFrom('containsAny', 'containsAll'), textList)
    .map(([a, method, b]) => `${a}.${method}(${b})`),
  fc.constantFrom('args.tags', 'args.numbers', '[]').map((list) => `${list}.isEmpty()`),
  joined([textPath, fc.constant('like'), patternText]),
  fc
    .tuple(textPath, fc.constantFrom('startsWith', 'endsWith'), quotedText)
    .map(([a, method, b]) => `${a}.${method}(${b})`),
)

const conditionText: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafText,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} || ${b})`),
    tie('condition').map((a) => `!(${a})`),
  ),
})).condition

/** `has` stands first, where a missing attribute opens nothing. */
const guardedText = fc
  .tuple(fc.constantFrom('', 'args has deep && ', 'args has deep.s && '), conditionText)
  .map(([has, condition]) => `${has}(${condition})`)
const guardText = fc.option(
  fc.oneof(
    { weight: 3, arbitrary: guardedText.map((condition) => ` if ${condition}`) },
    { weight: 1, arbitrary: conditionText.map((condition) => ` unless ${condition}`) },
  ),
  { nil: '' },
)
const denyGuardText = fc.oneof(
  guardText,
  conditionText.map((condition) => ` if !(args has deep.n) && ${condition}`),
)

const allowText = fc.tuple(targetText, guardText).map(([to, guard]) => `allow: ${to}${guard}`)
const denyText = fc.tuple(targetText, denyGuardText).map(([to, guard]) => `deny: ${to}${guard}`)
const requireText = fc
  .tuple(guardedText, targetText, denyGuardText)
  .map(([condition, to, guard]) => `require: [(${condition})] for ${to}${guard}`)
const bareText = fc
  .tuple(conditionText, conditionText, denyGuardText)
  .map(([a, b, guard]) => `require: [(${a}), (${b})]${guard}`)

const rulesText = fc
  .tuple(
    fc.array(allowText, { minLength: 1, maxLength: 3 }),
    fc.array(fc.oneof({ weight: 3, arbitrary: denyText }, requireText), { maxLength: 2 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.tuple(bareText)),
  )
  .map((rules) => rules.flat())

const ORDER = 'order secrecy { public < middling < secret }'

export const commonPolicies = fc
  .array(rulesText, { minLength: 1, maxLength: 3 })
  .map((policies) => [
    { file: 'orders.policy', text: ORDER },
    ...policies.map((rules, index) => ({
      file: `${index}.policy`,
      text: `policy p${index} {\n${[...new Set(rules)].join('\n')}\n}`,
    })),
  ])

const number = fc.integer({ min: -1, max: 3 })
const text = fc.constantFrom(...TEXTS)
const label = fc.constantFrom('public', 'middling', 'secret')
const OPERATIONS = ['slack.post', 'slack.read', 'files.read', 'memory.read', 'memory.write']

const members = {
  args: {
    n: number,
    m: number,
    s: text,
    label,
    flag: fc.boolean(),
    tags: fc.array(text, { maxLength: 3 }),
    numbers: fc.array(number, { maxLength: 3 }),
    deep: fc.record({ n: number, s: text }),
  },
  principal: { level: number, name: text, label, roles: fc.array(text, { maxLength: 3 }) },
  session: { ok: fc.boolean(), id: text },
}

const whole = fc.record({
  args: fc.record(members.args),
  principal: fc.record(members.principal),
  session: fc.record(members.session),
})
const partial = fc.record({
  args: fc.record(members.args, { requiredKeys: [] }),
  principal: fc.record(members.principal, { requiredKeys: [] }),
  session: fc.record(members.session, { requiredKeys: [] }),
})

/** Mostly with every attribute there is; where one is missing, Cedar skips the policy. */
export const commonRequest: fc.Arbitrary<PolicyRequest> = fc
  .tuple(
    fc.constantFrom(...OPERATIONS),
    fc.constantFrom('CRM.customers', 'CRM.deals', 'notes', 'other'),
    fc.oneof({ weight: 6, arbitrary: whole }, { weight: 1, arbitrary: partial }),
  )
  .map(([operation, namespace, attributes]) => ({
    operation,
    resource: operation.startsWith('memory.')
      ? { type: 'memory', id: namespace }
      : { type: 'tool', id: operation },
    attributes: attributes as JsonObject,
  }))
