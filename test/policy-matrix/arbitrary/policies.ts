import fc from 'fast-check'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import { conditionText, freeText, guardedText } from './conditions.ts'
import type { Attached, Region } from './vocabulary.ts'
import { attachment, folder, targetText, VOCABULARY } from './vocabulary.ts'

/** A policy as laws take it apart and put it together again. */
export interface Draft {
  /** `policies/agents/sales/`, or none. */
  readonly folder: string
  /** `@mode("observe")`, or nothing. */
  readonly annotation: string
  /** ` for agents("sales")`, or nothing. */
  readonly attached: string
  readonly rules: readonly string[]
}

export type Drafts = readonly Draft[]

export function draft(rules: readonly string[], more: Partial<Draft> = {}): Draft {
  return { folder: '', annotation: '', attached: '', rules, ...more }
}

/** Files that load together, a policy each. */
export function filesOf(policies: Drafts): readonly PolicyText[] {
  return [
    { file: 'vocabulary.policy', text: VOCABULARY },
    ...policies.map(({ folder: place, annotation, attached, rules }, index) => ({
      file: `${place}${index}.policy`,
      text: `${annotation}\npolicy p${index}${attached} {\n${[...new Set(rules)].join('\n')}\n}`,
    })),
  ]
}

function guard(condition: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const word = fc.constantFrom('if', 'when')
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: fc.tuple(word, condition).map(([a, b]) => ` ${a} ${b}`) },
    { weight: 1, arbitrary: conditionText.map((a) => ` unless ${a}`) },
  )
}

export function allowText(region?: Region): fc.Arbitrary<string> {
  return fc
    .tuple(targetText(region), guard(guardedText))
    .map(([target, condition]) => `allow: ${target}${condition}`)
}

/** Mostly with a guard: a deny for everything says nothing of the others. */
export function denyText(region?: Region): fc.Arbitrary<string> {
  const guarded = freeText.map((condition) => ` if ${condition}`)
  return fc
    .tuple(
      targetText(region),
      fc.oneof({ weight: 4, arbitrary: guarded }, { weight: 1, arbitrary: guard(freeText) }),
    )
    .map(([target, condition]) => `deny: ${target}${condition}`)
}

const obligationText = fc.constantFrom(
  ...['redact("email")', 'redact("args.s", "email", "email")', 'mask("args.s", 2)', 'tagged'],
  ...['max_rows(10)', 'max_rows = 5', 'max_bytes(2KB)', 'rate_limit(60, 1m)', 'spend("llm", 0.5)'],
  ...['audit_trail = "basic"', 'audit_trail = "detailed"', 'sandbox_tier = "process"'],
  ...['sandbox_tier = "vm"', 'finality = "durable"', 'witnessed', 'step_up("mfa", 5m)'],
  ...['step_up("mfa")', 'step_up("key", 1m)', 'level = "low"', 'level = "high"', 'level = "mid"'],
  ...['label("x")', 'label("y", "x", "y")', 'label_marked("x")'],
  ...['note = "a"', 'note = "b"', 'note', 'note = "a"', 'note = "b"'],
)
const approvalText = fc.constantFrom('manager', 'security')
const predicateText = guardedText.map((condition) => `(${condition})`)

const demandText = fc.oneof(
  { weight: 4, arbitrary: obligationText },
  { weight: 3, arbitrary: approvalText },
  { weight: 4, arbitrary: predicateText },
)
const demandsText = fc.oneof(
  { weight: 3, arbitrary: fc.array(demandText, { minLength: 1, maxLength: 3 }).map(listed) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{ max_rows: 5, tagged: true }', '{ manager: true, level: "mid" }'),
  },
)
const noteText = fc.constantFrom(
  ...['full', '[full, seen_by = "ops"]', '{ log_level: "info", n: 2 }', 'log_level = "debug"'],
)

function listed(items: readonly string[]): string {
  return items.length === 1 ? (items[0] ?? '') : `[${items.join(', ')}]`
}

export const bareText = fc
  .tuple(demandsText, guard(freeText))
  .map(([demands, condition]) => `require: ${demands}${condition}`)

export function requireText(region?: Region): fc.Arbitrary<string> {
  return fc
    .tuple(demandsText, targetText(region), guard(freeText))
    .map(([demands, target, condition]) => `require: ${demands} for ${target}${condition}`)
}

export function auditText(region?: Region): fc.Arbitrary<string> {
  const target = fc.option(
    targetText(region).map((text) => ` for ${text}`),
    { nil: '' },
  )
  return fc
    .tuple(noteText, target, guard(freeText))
    .map(([notes, about, condition]) => `audit: ${notes}${about}${condition}`)
}

function rules(region: Region): fc.Arbitrary<readonly string[]> {
  const some = (text: fc.Arbitrary<string>, most: number) => fc.array(text, { maxLength: most })
  const binding = fc
    .tuple(allowText(region), fc.array(bareText, { minLength: 1, maxLength: 2 }))
    .map(([allow, bare]) => [allow, ...bare])
  const open = some(allowText(region), 3)
  return fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: open }, { weight: 1, arbitrary: binding }),
      fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, some(denyText(region), 2)),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, some(requireText(region), 2)),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, some(auditText(region), 1)),
    )
    .map((all) => [...new Set(all.flat())])
}

const NO_ATTACHMENT: Attached = { text: '', region: 'any' }

/** Any policy: placed, attached, observed or none of it. */
export const anyPolicy: fc.Arbitrary<Draft> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(NO_ATTACHMENT) }, attachment),
    fc.oneof({ weight: 6, arbitrary: fc.constant(NO_ATTACHMENT) }, folder),
    fc.constantFrom('', '', '', '', '@mode("observe")', '@reason("it is so")'),
  )
  .chain(([attached, placed, annotation]) => {
    // Two regions have nothing in common, so a policy in one folder is attached to no other.
    const narrow = attached.region !== 'any' && placed.region !== 'any'
    const place = narrow ? NO_ATTACHMENT : placed
    const region = attached.region === 'any' ? place.region : attached.region
    const text = attached.text === '' ? '' : ` for ${attached.text}`
    return rules(region).map((all) => ({
      ...{ folder: place.text, annotation, attached: text, rules: all },
    }))
  })

/** An allow for everything, so that what the others say decides; or demands of much at once. */
export const groundPolicy: fc.Arbitrary<Draft> = fc.oneof(
  fc.constant(draft(['allow: *'])),
  allowText().map((allow) => draft([allow, 'allow: [slack.*, memory.*, read, files.*]'])),
  fc
    .array(obligationText, { minLength: 1, maxLength: 5 })
    .map((all) => draft(['allow: *', `require: [${all.join(', ')}]`])),
)

/** Policies of every kind of rule. */
export const anyPolicies: fc.Arbitrary<Drafts> = fc
  .tuple(
    fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, fc.tuple(groundPolicy)),
    fc.array(anyPolicy, { minLength: 1, maxLength: 3 }),
  )
  .map(([ground, others]) => [...ground, ...others])

/** Their rules alone. */
export const rulesOfPolicies: fc.Arbitrary<readonly (readonly string[])[]> = anyPolicies.map(
  (policies) => policies.map(({ rules: all }) => all),
)

/** Policies of allows and denies alone. */
export const plainPolicies: fc.Arbitrary<Drafts> = fc.array(
  fc
    .array(fc.oneof({ weight: 3, arbitrary: allowText() }, denyText()), {
      minLength: 1,
      maxLength: 4,
    })
    .map(draft),
  { minLength: 1, maxLength: 3 },
)
