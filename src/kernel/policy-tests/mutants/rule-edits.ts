import type { Token } from '../../policy/language/lexer.ts'
import type { Source, Span } from '../../policy/language/source.ts'
import { textOf } from '../../policy/language/source.ts'
import type { Glob, PolicyNode, RequirementRule, Rule } from '../../policy/language/syntax.ts'
import type { LabelOrders } from './condition-edits.ts'
import { conditionEdits } from './condition-edits.ts'
import type { Edit } from './mutant.ts'

/** What the edits of one file are made from. */
export interface EditedFile {
  readonly source: Source
  readonly tokens: readonly Token[]
  readonly orders: LabelOrders
}

/** All mistakes in one policy. */
export function* policyEdits(policy: PolicyNode, file: EditedFile): Generator<Edit> {
  const [attachment] = policy.attachments
  if (attachment !== undefined) {
    const start = policy.name.end
    const end = policy.attachments.at(-1)?.end ?? start
    yield { start, end, replacement: '', what: 'attach the policy to nothing' }
  }
  for (const rule of policy.rules) yield* ruleEdits(rule, file)
}

function* ruleEdits(rule: Rule, file: EditedFile): Generator<Edit> {
  yield withoutRule(rule, file)
  for (const { operation, args = [] } of rule.target ?? [])
    for (const glob of [operation, ...args]) yield* wider(glob)
  if (rule.kind === 'require' || rule.kind === 'audit') yield* requirementEdits(rule, file)
  if (rule.guard === undefined) return
  yield* negated(rule, file)
  yield* conditionEdits(rule.guard, file.source, file.orders)
}

/**
 * An allow stays and never holds: without any, the requirements of its policy would not load. Any
 * other rule goes.
 */
function withoutRule(rule: Rule, file: EditedFile): Edit {
  const { kind, annotations, end } = rule
  const what = `leave out the ${kind}`
  // Annotations go along, or they would belong to the next rule.
  const start = Math.min(rule.start, ...annotations.map((annotation) => annotation.start))
  if (kind !== 'allow') return { start, end, replacement: '', what }
  const word = guardWord(rule, file)
  if (word === undefined) return { start: end, end, replacement: ' if false', what }
  return { start: word.start, end, replacement: 'if false', what }
}

function* negated(rule: Rule, file: EditedFile): Generator<Edit> {
  const word = guardWord(rule, file)
  if (word === undefined) return
  const replacement = word.text === 'unless' ? 'if' : 'unless'
  const { start, end } = word
  yield { start, end, replacement, what: 'negate the guard' }
}

/** `if`, `when` or `unless` before the guard; the guard of `unless` begins with the word itself. */
function guardWord({ guard, start }: Rule, { tokens }: EditedFile): Token | undefined {
  if (guard === undefined) return undefined
  return tokens.findLast(
    (token) =>
      token.kind === 'name' &&
      GUARD_WORDS.has(token.text) &&
      token.start > start &&
      token.start <= guard.start,
  )
}

const GUARD_WORDS: ReadonlySet<string> = new Set(['if', 'when', 'unless'])

/** One name becomes all with its beginning; a beginning becomes everything. */
function* wider({ text, quoted, start, end }: Glob): Generator<Edit> {
  const widened = widerText(text)
  if (widened === undefined) return
  const replacement = quoted ? JSON.stringify(widened) : widened
  yield { start, end, replacement, what: `\`${text}\` becomes \`${widened}\`` }
}

function widerText(text: string): string | undefined {
  if (text === '*') return undefined
  if (text.endsWith('*')) return '*'
  const dot = text.lastIndexOf('.')
  return dot === -1 ? undefined : `${text.slice(0, dot)}.*`
}

function* requirementEdits(rule: RequirementRule, file: EditedFile): Generator<Edit> {
  const { requirements } = rule
  for (const [index, requirement] of requirements.entries()) {
    const before = requirements[index - 1]
    const after = requirements[index + 1]
    const span: Span | undefined =
      before !== undefined
        ? { start: before.end, end: requirement.end }
        : after && { start: requirement.start, end: after.start }
    const text = textOf(file.source, requirement)
    if (span !== undefined) yield { ...span, replacement: '', what: `leave out \`${text}\`` }
    yield* valueEdits(requirement, file)
  }
}

function* valueEdits(
  requirement: RequirementRule['requirements'][number],
  { source, orders }: EditedFile,
): Generator<Edit> {
  switch (requirement.kind) {
    case 'predicate':
      yield* conditionEdits(requirement.condition, source, orders)
      break
    case 'named':
      for (const arg of requirement.args) yield* conditionEdits(arg, source, orders)
      break
    default:
      yield* conditionEdits(requirement.value, source, orders)
  }
}
