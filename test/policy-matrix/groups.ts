import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { decide } from '../../src/kernel/policy/decide.ts'
import type { CompiledRule } from '../../src/kernel/policy/evaluate/compiled.ts'
import { ALLOWS, AUDITS, DENIES, REQUIREMENTS } from '../../src/kernel/policy/evaluate/rows.ts'
import type { RuleGroup } from '../../src/kernel/policy/evaluate/rule-group.ts'
import { RuleIndex, rulesOf } from '../../src/kernel/policy/evaluate/rule-index.ts'
import { Trial } from '../../src/kernel/policy/evaluate/trial.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/**
 * The groups of rules that a request leads to, and what is known of their rules without looking at
 * them. None of it changes a decision, so nothing but this would notice that it no longer works.
 */
export function groupTests(): readonly VectorTest[] {
  return [
    { name: 'groups: a text that no rule asks for leads to none', run: unasked },
    { name: 'groups: without the attribute, the same one each time', run: madeOnce },
    { name: 'groups: which kinds of rules one holds', run: kinds },
    { name: 'groups: an allow that nothing binds is not looked at for it', run: unbound },
  ]
}

/** Enough of them to be indexed: two rules for each text. */
const RULES: Readonly<Record<string, string>> = {
  denies: 'deny: t.x',
  requirements: 'require: redact("email") for t.x',
  allows: 'allow: t.x',
  audits: 'audit: seen for t.x',
}
const INDEXED = Object.entries(RULES).flatMap(([text, rule]) =>
  ['args.b', '!args.b'].map((more) => `${rule} if args.a == "${text}" && ${more}`),
)

const KINDS = { denies: DENIES, requirements: REQUIREMENTS, allows: ALLOWS, audits: AUDITS }

function unasked(): void {
  assert.deepEqual(indexed()({ a: 'other' }), [])
}

function madeOnce(): void {
  const groups = indexed()
  const [first, ...others] = groups({})
  assert.ok(first !== undefined && others.length === 0)
  assert.equal(groups({})[0], first)
}

function kinds(): void {
  const groups = indexed()
  for (const text of Object.keys(RULES)) {
    const [group, ...others] = groups({ a: text })
    assert.ok(group !== undefined && others.length === 0)
    const held = Object.entries(KINDS).filter(([, kind]) => group.rows.has(kind, group.begin))
    assert.deepEqual(
      held.map(([name]) => name),
      [text],
    )
  }
}

function unbound(): void {
  const { compiled } = loaded([{ file: 'p.policy', text: 'policy p { allow: t.x if args.b }' }])
  let looks = 0
  const rules = compiled.enforced.rules.map(
    (rule): CompiledRule => ({
      ...rule,
      get requirements() {
        looks++
        return rule.requirements
      },
    }),
  )
  const about = RuleIndex.of(rules, compiled.table).about('t.x', 't.x')
  looks = 0
  const resource = { type: 'tool', id: 't.x' } as const
  const request = { operation: 't.x', resource, attributes: { args: { b: true } } }
  const { reason } = decide(about, { request, version: '' }, new Trial(compiled.table))
  assert.deepEqual([reason, looks], ['allowed', 0])
}

/** The groups of `INDEXED` that arguments lead to. */
function indexed(): (args: JsonObject) => readonly RuleGroup[] {
  const text = `policy p {\n${INDEXED.join('\n')}\n}`
  const { compiled } = loaded([{ file: 'p.policy', text }])
  const about = RuleIndex.of(rulesOf(compiled.enforced), compiled.table).about('t.x', 't.x')
  return (args) => {
    const trial = new Trial(compiled.table)
    trial.begin({ args })
    return about.groups(trial)
  }
}
