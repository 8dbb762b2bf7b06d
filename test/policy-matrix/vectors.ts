import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { Resource } from '../../src/kernel/action.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { Decision, Observation } from '../../src/kernel/policy/decision.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import { differential, loaded } from './differential.ts'
import { REGISTRY } from './registry.ts'

/** The vectors of `docs/spec/policy-vectors/` as tests: `run` throws where one does not hold. */
export interface VectorTest {
  readonly name: string
  readonly run: () => void
}

type VectorFile =
  | { readonly kind: 'decisions'; readonly groups: readonly DecisionGroup[] }
  | {
      readonly kind: 'conditions'
      readonly orders: readonly string[]
      readonly rows: readonly ConditionRow[]
    }
  | { readonly kind: 'loading'; readonly rows: readonly LoadingRow[] }
  | { readonly kind: 'shown'; readonly rows: readonly ShownRow[] }

type Lines = Readonly<Record<string, readonly string[]>>

interface DecisionGroup {
  readonly about: string
  /** Lines by file. */
  readonly policies: Lines
  readonly cases: readonly {
    readonly name: string
    readonly request: RequestVector
    readonly decision: DecisionVector
  }[]
}

/** Without a resource the operation is a tool, which is its own resource. */
interface RequestVector {
  readonly operation: string
  readonly resource?: Resource
  readonly attributes: JsonObject
  readonly approved?: readonly string[]
}

/** What a vector does not name is empty. Places read `file:line:column`. */
interface DecisionVector {
  readonly effect: Decision['effect']
  readonly reason: Decision['reason']
  readonly determining?: readonly string[]
  /** What their `@reason` says, where any has one. */
  readonly says?: readonly string[]
  readonly obligations?: readonly { readonly at: string; readonly obligation: JsonObject }[]
  /** Names with the place that asks for them: `manager at p.policy:3:12`. */
  readonly approvals?: readonly string[]
  /** `log_level = "info" at p.policy:3:12` */
  readonly audits?: readonly string[]
  readonly errors?: readonly string[]
  readonly nearMisses?: readonly string[]
  /** `deny explicit_deny by p.policy:3:3` */
  readonly observed?: string
}

interface ConditionRow {
  readonly condition: string
  readonly args: JsonObject
  readonly outcome: 'true' | 'false' | 'error'
  /** Why it is an error, after the column in the condition at which it says so. */
  readonly because?: string
}

interface LoadingRow {
  readonly name: string
  /** Where it stands; in the directory of policies itself if it does not say. */
  readonly file?: string
  readonly policy: readonly string[]
  readonly diagnostics: readonly string[]
  /** What each of them says to do; nothing for a warning without. */
  readonly hints?: readonly string[]
}

/** Is a tool shown that these rules are about, whatever its arguments turn out to be? */
interface ShownRow {
  readonly rules: string
  /** Attributes but for `args`, which are open. */
  readonly attributes: JsonObject
  readonly shown: boolean
}

const DIRECTORY = new URL('../../docs/spec/policy-vectors/', import.meta.url)

export function vectorTests(): readonly VectorTest[] {
  return readdirSync(DIRECTORY).flatMap((file) => {
    const vectors = JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as VectorFile
    switch (vectors.kind) {
      case 'decisions':
        return vectors.groups.flatMap((group) => decisionTests(file, group))
      case 'conditions':
        return vectors.rows.map((row) => conditionTest(row, vectors.orders))
      case 'loading':
        return vectors.rows.map((row) => loadingTest(row))
      case 'shown':
        return vectors.rows.map((row) => shownTest(row))
      default:
        return assert.fail(`${file} holds no vectors`)
    }
  })
}

function decisionTests(file: string, { about, policies, cases }: DecisionGroup) {
  return cases.map(({ name, request, decision }) => ({
    name: `${file}: ${about}: ${name}`,
    run: () => {
      const { operation } = request
      const asked = { resource: { type: 'tool', id: operation } as const, ...request }
      const found = differential(filesOf(policies))(asked)
      const explained = loaded(filesOf(policies)).explain(asked)
      assert.deepEqual(explained.decision, found)
      // Each rule with the head by which it is about the request; a deny requires nothing.
      for (const { ref, head, requirements } of explained.rules)
        assert.ok(head !== '' && (ref.rule !== 'deny' || requirements.length === 0), head)
      const { observed, ...expected } = decision
      assert.deepEqual(vectorOf(found), {
        ...{ determining: [], obligations: [], approvals: [], audits: [] },
        ...{ errors: [], nearMisses: [], observed: observed ?? 'nothing else', says: [] },
        ...expected,
      })
    },
  }))
}

/** A condition is true where it allows, false where its negation does, else an error. */
function conditionTest(row: ConditionRow, orders: readonly string[]): VectorTest {
  const { condition, args, outcome } = row
  return {
    name: `conditions.json: ${condition} is ${outcome} over ${JSON.stringify(args)}`,
    run: () => {
      const asked: PolicyRequest = {
        operation: 't.x',
        resource: { type: 'tool', id: 't.x' },
        attributes: { args },
      }
      const ask = (rule: string) => differential(filesOf(policyOf(orders, rule)))(asked)
      const allowing = ask(`allow: t.x if ${condition}`)
      const denying = ask(`${DENYING}${condition}`)
      const expected = {
        true: ['allowed', 'explicit_deny', 0],
        false: ['default_deny', 'allowed', 0],
        error: ['default_deny', 'deny_on_error', 1],
      }[outcome]
      assert.deepEqual([allowing.reason, denying.reason, denying.errors.length], expected)
      assert.equal(allowing.errors.length, denying.errors.length)
      const because = denying.errors.map(({ column, message }) => {
        return `${column - POLICY.length - DENYING.length}: ${message}`
      })
      assert.equal(because[0], row.because)
      // With the arguments left open nothing that could be allowed is hidden.
      const set = loaded(filesOf(policyOf(orders, `allow: t.x if ${condition}`)))
      assert.ok(outcome !== 'true' || set.mayAllow({ ...asked, attributes: {} }))
    },
  }
}

const POLICY = 'policy p { '
const DENYING = 'allow: t.x deny: t.x if '

function policyOf(orders: readonly string[], rule: string): Lines {
  return { 'p.policy': [...orders, `${POLICY}${rule} }`] }
}

function shownTest({ rules, attributes, shown }: ShownRow): VectorTest {
  return {
    name: `shown.json: ${rules} is ${shown ? 'shown' : 'hidden'} to ${JSON.stringify(attributes)}`,
    run: () => {
      const set = loaded(filesOf({ 'p.policy': [`${POLICY}${rules} }`] }))
      const asked = { operation: 't.x', resource: { type: 'tool', id: 't.x' }, attributes } as const
      assert.equal(set.mayAllow(asked), shown)
    },
  }
}

function loadingTest(row: LoadingRow): VectorTest {
  const { name, file = 'p.policy', policy, diagnostics, hints } = row
  return {
    name: `loading.json: ${name}`,
    run: () => {
      const { set, diagnostics: all } = loadPolicies(filesOf({ [file]: policy }), REGISTRY)
      const found = all.map(
        ({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`,
      )
      assert.deepEqual(found, diagnostics)
      if (hints !== undefined)
        assert.deepEqual(
          all.map(({ hint }) => hint ?? ''),
          hints,
        )
      assert.equal(
        set === undefined,
        found.some((it) => it.includes(' error: ')),
      )
    },
  }
}

function filesOf(policies: Lines) {
  return Object.entries(policies).map(([file, lines]) => ({ file, text: lines.join('\n') }))
}

function vectorOf(decision: Decision): Required<DecisionVector> {
  const { effect, reason, determining, obligations, approvals, audits, errors } = decision
  return {
    ...{ effect, reason, determining: determining.map(placeOf) },
    says: determining.flatMap(({ says }) => says ?? []),
    obligations: obligations.map(({ obligation, source }) => ({
      at: placeOf(source),
      obligation: { ...obligation },
    })),
    approvals: approvals.map(({ approval, source }) => `${approval.name} at ${placeOf(source)}`),
    audits: audits.map(
      ({ name, value, source }) => `${name} = ${JSON.stringify(value)} at ${placeOf(source)}`,
    ),
    errors: errors.map((error) => `${placeOf(error)}: ${error.message}`),
    nearMisses: decision.nearMisses.map(placeOf),
    observed: decision.observed === undefined ? 'nothing else' : observedText(decision.observed),
  }
}

function observedText({ effect, reason, determining }: Observation): string {
  const by = determining.length === 0 ? '' : ` by ${determining.map(placeOf).join(', ')}`
  return `${effect} ${reason}${by}`
}

function placeOf({ file, line, column }: { file: string; line: number; column: number }): string {
  return `${file}:${line}:${column}`
}
