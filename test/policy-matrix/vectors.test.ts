import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import type { Resource } from '../../src/kernel/action.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { Decision } from '../../src/kernel/policy/decision.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import { REGISTRY } from './registry.ts'

type VectorFile =
  | { readonly kind: 'decisions'; readonly groups: readonly DecisionGroup[] }
  | {
      readonly kind: 'conditions'
      readonly orders: readonly string[]
      readonly rows: readonly ConditionRow[]
    }
  | { readonly kind: 'loading'; readonly rows: readonly LoadingRow[] }

interface DecisionGroup {
  readonly about: string
  /** Lines by file. */
  readonly policies: Readonly<Record<string, readonly string[]>>
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
}

/** What a vector does not name is empty. Places read `file:line:column`. */
interface DecisionVector {
  readonly effect: Decision['effect']
  readonly reason: Decision['reason']
  readonly determining?: readonly string[]
  readonly obligations?: readonly { readonly at: string; readonly obligation: JsonObject }[]
  readonly errors?: readonly string[]
  readonly nearMisses?: readonly string[]
}

interface ConditionRow {
  readonly condition: string
  readonly args: JsonObject
  readonly outcome: 'true' | 'false' | 'error'
}

interface LoadingRow {
  readonly name: string
  readonly policy: readonly string[]
  readonly diagnostics: readonly string[]
}

const DIRECTORY = new URL('../../docs/spec/policy-vectors/', import.meta.url)

for (const file of readdirSync(DIRECTORY)) {
  const vectors = JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as VectorFile
  switch (vectors.kind) {
    case 'decisions':
      for (const group of vectors.groups) testDecisions(file, group)
      break
    case 'conditions':
      for (const row of vectors.rows) testCondition(row, vectors.orders)
      break
    case 'loading':
      for (const row of vectors.rows) testLoading(row)
      break
  }
}

function testDecisions(file: string, { about, policies, cases }: DecisionGroup): void {
  for (const { name, request, decision } of cases)
    test(`${file}: ${about}: ${name}`, () => {
      const set = load(policies)
      const { operation } = request
      const asked = { resource: { type: 'tool', id: operation } as const, ...request }
      assert.deepEqual(vectorOf(set.decide(asked)), {
        determining: [],
        obligations: [],
        errors: [],
        nearMisses: [],
        ...decision,
      })
    })
}

/** A condition is true where it allows, false where its negation does, else an error. */
function testCondition({ condition, args, outcome }: ConditionRow, orders: readonly string[]) {
  test(`conditions.json: ${condition} is ${outcome} over ${JSON.stringify(args)}`, () => {
    const asked: PolicyRequest = {
      operation: 't.x',
      resource: { type: 'tool', id: 't.x' },
      attributes: { args },
    }
    const guarded = (rule: string) => load({ 'p.policy': [...orders, `policy p { ${rule} }`] })
    const allowing = guarded(`allow: t.x if ${condition}`).decide(asked)
    const denying = guarded(`allow: t.x deny: t.x if ${condition}`).decide(asked)
    const expected = {
      true: ['allowed', 'explicit_deny', 0],
      false: ['default_deny', 'allowed', 0],
      error: ['default_deny', 'deny_on_error', 1],
    }[outcome]
    assert.deepEqual([allowing.reason, denying.reason, denying.errors.length], expected)
    assert.equal(allowing.errors.length, denying.errors.length)
  })
}

function testLoading({ name, policy, diagnostics }: LoadingRow): void {
  test(`loading.json: ${name}`, () => {
    const loaded = loadPolicies([{ file: 'p.policy', text: policy.join('\n') }], REGISTRY)
    const found = loaded.diagnostics.map(
      ({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`,
    )
    assert.deepEqual(found, diagnostics)
    assert.equal(
      loaded.set === undefined,
      found.some((it) => it.includes(' error: ')),
    )
  })
}

function load(policies: Readonly<Record<string, readonly string[]>>): PolicySet {
  const files = Object.entries(policies).map(([file, lines]) => ({ file, text: lines.join('\n') }))
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  return set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n'))
}

function vectorOf(decision: Decision): Required<DecisionVector> {
  const { effect, reason, determining, obligations, errors, nearMisses } = decision
  return {
    effect,
    reason,
    determining: determining.map(placeOf),
    obligations: obligations.map(({ obligation, source }) => ({
      at: placeOf(source),
      obligation: { ...obligation },
    })),
    errors: errors.map((error) => `${placeOf(error)}: ${error.message}`),
    nearMisses: nearMisses.map(placeOf),
  }
}

function placeOf({ file, line, column }: { file: string; line: number; column: number }): string {
  return `${file}:${line}:${column}`
}
