import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import type { Resource } from '../../src/kernel/action.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { permits } from '../../src/kernel/policy/decision.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { evaluateResidual } from '../../src/kernel/policy/plan/evaluate-residual.ts'
import type { Plan } from '../../src/kernel/policy/plan/plan.ts'
import { planPermits } from '../../src/kernel/policy/plan/plan.ts'
import type { Residual } from '../../src/kernel/policy/plan/residual.ts'
import type { ColumnMap } from '../../src/stores/policy-filter/column-map.ts'
import { parseColumnMap } from '../../src/stores/policy-filter/column-map.ts'
import { policyFilter } from '../../src/stores/policy-filter/policy-filter.ts'
import { renderFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { REGISTRY } from '../policy-matrix/registry.ts'

interface ResidualRow {
  readonly residual: Residual
  readonly attributes: JsonObject
  readonly outcome: 'true' | 'false' | 'unknown'
}

interface PlanCase {
  readonly name: string
  /** Lines of one file. */
  readonly policy: readonly string[]
  readonly request: { readonly operation: string; readonly resource: Resource } & {
    readonly attributes: JsonObject
    readonly approved?: readonly string[]
  }
  readonly unknown?: readonly string[]
  readonly plan: {
    readonly kind: Plan['kind']
    readonly residual?: Residual
    readonly reason?: string
    readonly obligations?: readonly JsonObject[]
    readonly approvals?: readonly string[]
  }
  readonly things: readonly {
    readonly attributes: JsonObject
    readonly resource?: Resource
    readonly permitted: boolean
  }[]
}

interface SqlCase {
  readonly name: string
  readonly residual: Residual
  readonly map: ColumnMap
  readonly sqlite: SqlText
  readonly postgres: SqlText
}

interface SqlText {
  readonly kind: Plan['kind']
  readonly where: string
  readonly parameters: readonly unknown[]
}

function read(file: string) {
  const url = new URL(`../../docs/spec/policy-filter-vectors/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}

for (const { residual, attributes, outcome } of read('residuals').rows as ResidualRow[])
  test(`${JSON.stringify(residual)} is ${outcome} for ${JSON.stringify(attributes)}`, () => {
    const found = evaluateResidual(residual, attributes)
    assert.equal(found === undefined ? 'unknown' : String(found), outcome)
  })

for (const vector of read('plans').cases as PlanCase[])
  test(`plan: ${vector.name}`, () => {
    const { request, unknown, things } = vector
    const files = [{ file: 'p.policy', text: vector.policy.join('\n') }]
    const { set, diagnostics } = loadPolicies(files, REGISTRY)
    assert.ok(set !== undefined, diagnostics.map(renderDiagnostic).join('\n'))
    const plan = set.plan(request, unknown === undefined ? {} : { unknown })
    assert.deepEqual(outlineOf(plan), vector.plan)
    for (const { attributes, resource = request.resource, permitted } of things) {
      assert.equal(planPermits(plan, attributes), permitted, JSON.stringify(attributes))
      const asked = { ...request, resource, attributes: { ...request.attributes, ...attributes } }
      assert.equal(permits(set.decide(asked)), permitted, JSON.stringify(attributes))
    }
  })

function outlineOf(plan: Plan): PlanCase['plan'] {
  const obligations = plan.obligations.map(({ obligation }): JsonObject => ({ ...obligation }))
  const approvals = plan.approvals.map(({ approval }) => approval.name)
  return {
    kind: plan.kind,
    ...(plan.kind === 'if' ? { residual: plan.residual } : {}),
    ...(plan.kind === 'never' ? { reason: plan.reason } : {}),
    ...(obligations.length === 0 ? {} : { obligations }),
    ...(approvals.length === 0 ? {} : { approvals }),
  }
}

for (const { name, residual, map, ...texts } of read('sql').cases as SqlCase[])
  for (const dialect of ['sqlite', 'postgres'] as const)
    test(`${dialect}: ${name}`, () => {
      const filter = policyFilter(planOf(residual), { dialect, ...parseColumnMap(map) })
      const { sql, parameters } = renderFilter(filter.where, dialect)
      assert.deepEqual({ kind: filter.kind, where: sql, parameters }, texts[dialect])
      if (dialect === 'sqlite') accepted(sql, map)
    })

/** The database takes the text, at the least. */
function accepted(where: string, { table, columns }: ColumnMap): void {
  const db = new DatabaseSync(':memory:')
  const names = Object.values(columns).map(({ column }) => column)
  db.exec(`CREATE TABLE ${table} (${[...new Set(names)].join(', ')})`)
  db.prepare(`SELECT * FROM ${table} WHERE ${where}`)
  db.close()
}

function planOf(residual: Residual): Plan {
  const nothing = { obligations: [], approvals: [], audits: [], clauses: [], leftOut: [] }
  return { kind: 'if', residual, version: 'sha256:0', unknown: ['data'], ...nothing }
}
