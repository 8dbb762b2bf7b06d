import { LABEL_NAME, LABEL_NAME_IN_WORDS } from '../../labels/label.ts'
import type { Obligation } from '../../obligations/obligation.ts'
import { AUDIT_TRAILS, FINALITIES, SANDBOX_TIERS } from '../../obligations/obligation.ts'
import type { NamedForm, ObligationArgument, ObligationForm, ObligationProblem } from './form.ts'
import { problem } from './form.ts'

/** How long ago an authentication may be where `step_up` does not say, in milliseconds. */
export const DEFAULT_STEP_UP_MS = 15 * 60_000

/** Obligations about amounts, and about how the action is carried out. */
export function settingForms(): readonly NamedForm[] {
  return [
    ['max_rows', amountForm('max_rows(100)', (rows) => ({ kind: 'max_rows', rows }))],
    ['max_bytes', amountForm('max_bytes(64KB)', (bytes) => ({ kind: 'max_bytes', bytes }))],
    ['rate_limit', { call: rateLimit, usage: 'write `rate_limit(60, 1m)`' }],
    ['spend', { call: spend, usage: 'write `spend("llm", 0.05)`' }],
    [
      'audit_trail',
      choiceForm('audit_trail', AUDIT_TRAILS, (detail) => ({ kind: 'audit_trail', detail })),
    ],
    [
      'sandbox_tier',
      choiceForm('sandbox_tier', SANDBOX_TIERS, (tier) => ({ kind: 'sandbox_tier', tier })),
    ],
    [
      'finality',
      choiceForm('finality', FINALITIES, (finality) => ({ kind: 'finality', finality })),
    ],
    ['witnessed', { call: witnessed, usage: 'write `witnessed`' }],
    ['label', { call: (args) => label(args, false), usage: 'write `label("private")`' }],
    [
      'label_marked',
      { call: (args) => label(args, true), usage: 'write `label_marked("untrusted")`' },
    ],
    ['step_up', { call: stepUp, usage: 'write `step_up("mfa", 15m)`' }],
  ]
}

type Built = Obligation | ObligationProblem

function isCount(value: ObligationArgument | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
}

/** `max_rows(100)` or `max_rows = 100` */
function amountForm(example: string, make: (amount: number) => Obligation): ObligationForm {
  const setting = (value: ObligationArgument | undefined): Built =>
    isCount(value) ? make(value) : problem('expected a whole number, at least 1', 0)
  const call = (args: readonly ObligationArgument[]): Built =>
    args.length === 1 ? setting(args[0]) : problem(`expected one number: \`${example}\``)
  return { setting, call, usage: `write \`${example}\`` }
}

function choiceForm<T extends string>(
  name: string,
  choices: readonly T[],
  make: (choice: T) => Obligation,
): ObligationForm {
  const words = choices.map((choice) => `"${choice}"`).join(', ')
  const setting = (value: ObligationArgument): Built => {
    const choice = choices.find((it) => it === value)
    return choice === undefined ? problem(`\`${name}\` is one of ${words}`, 0) : make(choice)
  }
  return { setting, usage: `write \`${name} = …\` with one of ${words}` }
}

function rateLimit([calls, perMs, ...more]: readonly ObligationArgument[]): Built {
  if (more.length > 0) return problem('expected a number of calls and a time')
  if (!isCount(calls)) return problem('expected a number of calls, at least 1', 0)
  if (!isCount(perMs)) return problem('expected a time, as `1m`', 1)
  return { kind: 'rate_limit', calls, perMs }
}

function spend([budget, amount, ...more]: readonly ObligationArgument[]): Built {
  if (more.length > 0) return problem('expected the name of a budget and an amount')
  if (typeof budget !== 'string' || budget === '') return problem('expected a budget’s name', 0)
  if (typeof amount !== 'number' || !(amount > 0)) return problem('expected an amount above 0', 1)
  return { kind: 'spend', budget, amount }
}

function witnessed(args: readonly ObligationArgument[]): Built {
  if (args.length > 0) return problem('`witnessed` takes no arguments', 0)
  return { kind: 'finality', finality: 'witnessed' }
}

/** `label("private", "customer")` */
function label(args: readonly ObligationArgument[], marked: boolean): Built {
  const labels = new Set<string>()
  for (const [argument, name] of args.entries()) {
    if (typeof name !== 'string') return problem('expected a text in quotes', argument)
    if (!LABEL_NAME.test(name)) return problem(`a label is ${LABEL_NAME_IN_WORDS}`, argument)
    labels.add(name)
  }
  if (labels.size === 0) return problem('expected the name of a label')
  if (labels.size > MAX_GIVEN) return problem(`one call gives at most ${MAX_GIVEN} labels`)
  return { kind: 'label', labels: [...labels].sort(), marked }
}

/** Labels that one demand may name. */
const MAX_GIVEN = 16

function stepUp([method, withinMs = DEFAULT_STEP_UP_MS, ...more]: readonly ObligationArgument[]) {
  if (more.length > 0) return problem('expected a method and a time')
  if (typeof method !== 'string' || method === '') return problem('expected a method, as "mfa"', 0)
  if (!isCount(withinMs)) return problem('expected a time, as `15m`', 1)
  return { kind: 'step_up', method, withinMs } as const
}
