import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'

/** Random policies and requests over so few names and values that they meet often. */

export const ORDERS = 'order secrecy { public < internal < secret } order size { small < internal }'

const OPERATIONS = ['slack.post', 'slack.read', 'files.read', 'memory.read', 'memory.write']
const RESOURCES = ['CRM.customers', 'CRM.deals', 'notes']

const scalarText = fc.constantFrom(
  '0',
  '1',
  '2',
  '"x"',
  '"public"',
  '"secret"',
  '"small"',
  'true',
  'false',
)
const pathText = fc.constantFrom(
  'args.a',
  'args.b',
  'args.deep.c',
  'args.list',
  'principal.roles',
  'principal.level',
  'principal.label',
  'session.ok',
)
const numberText = fc.oneof(
  fc.tuple(pathText, pathText).map(([a, b]) => `${a} + ${b} * 2`),
  pathText.map((path) => `count(${path}, |i| i == 1)`),
)
const operandText = fc.oneof(
  { weight: 3, arbitrary: pathText },
  { weight: 2, arbitrary: scalarText },
  { weight: 1, arbitrary: numberText },
)
const listText = fc.oneof(
  pathText,
  fc.array(scalarText, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  fc.tuple(pathText, scalarText).map((items) => `[${items.join(', ')}]`),
)

const equalityText = fc
  .tuple(pathText, fc.constantFrom('==', '!='), operandText)
  .map(([a, operator, b]) => `${a} ${operator} ${b}`)
const orderingText = fc
  .tuple(
    fc.oneof(pathText, numberText),
    fc.constantFrom('<', '<=', '>', '>=', '=='),
    fc.oneof(pathText, numberText, fc.constantFrom('0', '1', '2')),
  )
  .map(([a, operator, b]) => `${a} ${operator} ${b}`)
const labelText = fc
  .tuple(
    pathText,
    fc.constantFrom('<', '<=', '>', '>='),
    fc.constantFrom('public', 'internal', 'small'),
  )
  .map(([a, operator, b]) => `${a} ${operator} "${b}"`)
const comparisonText = fc.oneof(equalityText, orderingText, labelText)
const methodText = fc
  .tuple(pathText, fc.constantFrom('containsAny', 'containsAll'), listText)
  .map(([a, name, b]) => `${a}.${name}(${b})`)
const quantifierText = fc
  .tuple(fc.constantFrom('any', 'all', 'none'), listText, comparisonText, pathText)
  .map(([name, list, body, path]) => `${name}(${list}, |e| e == ${path} || ${body})`)

const leafText = fc.oneof(
  { weight: 4, arbitrary: comparisonText },
  { weight: 1, arbitrary: pathText },
  { weight: 1, arbitrary: fc.tuple(operandText, listText).map(([a, b]) => `${a} in ${b}`) },
  { weight: 1, arbitrary: fc.tuple(pathText, operandText).map(([a, b]) => `${a}.contains(${b})`) },
  { weight: 1, arbitrary: methodText },
  { weight: 1, arbitrary: pathText.map((path) => `${path}.isEmpty()`) },
  { weight: 1, arbitrary: pathText.map((path) => `${path} like "*x*"`) },
  { weight: 1, arbitrary: pathText.map((path) => `${path}.startsWith("x")`) },
  { weight: 2, arbitrary: quantifierText },
)

/** A condition without `has`. */
export const conditionText: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafText,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} || ${b})`),
    tie('condition').map((a) => `!(${a})`),
  ),
})).condition

const patternText = fc.oneof(
  fc.constantFrom(...OPERATIONS, 'slack.*', 'memory.*', '*', '"slack.p*"', '"mem*"'),
  fc
    .tuple(
      fc.constantFrom('memory.read', 'memory.*', '*'),
      fc.constantFrom('"CRM.customers"', 'CRM.deals', 'CRM.*', '"C*"', '*', '"notes"'),
    )
    .map(([operation, resource]) => `${operation}(${resource})`),
)
export const targetText = fc.oneof(
  patternText,
  fc.array(patternText, { minLength: 1, maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
)
const guardText = fc.option(
  fc
    .tuple(fc.constantFrom('if', 'unless'), conditionText)
    .map(([word, condition]) => ` ${word} ${condition}`),
  { nil: '' },
)

export const allowText = fc
  .tuple(targetText, guardText)
  .map(([to, guard]) => `allow: ${to}${guard}`)
export const denyText = fc.tuple(targetText, guardText).map(([to, guard]) => `deny: ${to}${guard}`)
const bareText = fc.tuple(conditionText, guardText).map(([a, guard]) => `require: [(${a})]${guard}`)
const globalText = fc
  .tuple(conditionText, targetText, guardText)
  .map(([a, to, guard]) => `require: [(${a}), redact("email")] for ${to}${guard}`)

export interface PolicyShape {
  readonly requirements: boolean
}

/** The rules of one policy; `requirements` says whether `require` may be among them. */
export function rulesText({ requirements }: PolicyShape): fc.Arbitrary<readonly string[]> {
  const rules = fc.uniqueArray(
    fc.oneof(
      { weight: 4, arbitrary: allowText },
      { weight: 1, arbitrary: denyText },
      ...(requirements ? [{ weight: 1, arbitrary: globalText }] : []),
    ),
    { minLength: 1, maxLength: 4 },
  )
  if (!requirements) return rules
  const bound = fc
    .tuple(rules, allowText, bareText)
    .map(([all, allow, bare]) => [...new Set([...all, allow, bare])])
  return fc.oneof({ weight: 3, arbitrary: rules }, { weight: 1, arbitrary: bound })
}

export function policiesText(shape: PolicyShape): fc.Arbitrary<readonly (readonly string[])[]> {
  return fc.array(rulesText(shape), { minLength: 1, maxLength: 3 })
}

/** Texts of files, one policy each, that load together. */
export function filesOf(policies: readonly (readonly string[])[]) {
  return [
    { file: 'orders.policy', text: ORDERS },
    ...policies.map((rules, index) => ({
      file: `${index}.policy`,
      text: `policy p${index} {\n${rules.join('\n')}\n}`,
    })),
  ]
}

const scalar: fc.Arbitrary<JsonValue> = fc.constantFrom(
  0,
  1,
  2,
  'x',
  'public',
  'secret',
  'small',
  true,
  false,
)
const anything: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant({ c: 1 }) },
)
const listValue: fc.Arbitrary<JsonValue> = fc.array(fc.oneof(scalar, fc.constant(null)), {
  maxLength: 4,
})

/** All of the members, or any of them. */
function mostly<T extends Record<string, fc.Arbitrary<JsonValue>>>(members: T) {
  const whole = fc.record(members)
  const part = fc.record(members, { requiredKeys: [] })
  return fc.oneof(
    { weight: 2, arbitrary: whole },
    { weight: 1, arbitrary: part },
  ) as fc.Arbitrary<JsonObject>
}

export const argsValue: fc.Arbitrary<JsonObject> = mostly({
  a: anything,
  b: scalar,
  list: fc.oneof({ weight: 4, arbitrary: listValue }, { weight: 1, arbitrary: anything }),
  deep: mostly({ c: scalar }),
})

export const request: fc.Arbitrary<PolicyRequest> = fc
  .record({
    operation: fc.constantFrom(...OPERATIONS, 'slack.posting'),
    namespace: fc.constantFrom(...RESOURCES, 'CRM.', 'other'),
    args: argsValue,
    principal: mostly({
      roles: listValue,
      level: scalar,
      label: fc.constantFrom('public', 'secret', 'x'),
    }),
    session: mostly({ ok: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, anything) }),
  })
  .map(({ operation, namespace, args, principal, session }) => ({
    operation,
    resource: operation.startsWith('memory.')
      ? { type: 'memory', id: namespace }
      : { type: 'tool', id: operation },
    attributes: { args, principal, session },
  }))
