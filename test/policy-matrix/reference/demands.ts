import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'
import type { Declaration, Requirement } from '../../../src/kernel/policy/language/syntax.ts'

/** What a requirement asks for besides its predicates, and where it stands. */
export interface Demand {
  readonly place: string
  readonly approval?: string
  /** As decisions hold it. */
  readonly obligation: JsonObject
  /** Of the demands of one group the highest holds; without a rank they have to be the same. */
  readonly group?: string
  readonly rank?: number
}

type Asked = Exclude<Requirement, { kind: 'predicate' }>

export function demandOf(
  requirement: Asked,
  place: string,
  declarations: readonly Declaration[],
): Demand {
  const name = requirement.name.text
  if (declarations.some((it) => it.kind === 'approval' && it.name.text === name))
    return { place, approval: name, obligation: {} }
  const nodes = requirement.kind === 'named' ? requirement.args : [requirement.value]
  const args = nodes.map((node) =>
    node.kind === 'literal' ? node.value : assert.fail('no literal'),
  )
  const declared = declarations.find((it) => it.kind === 'obligation' && it.name.text === name)
  if (declared?.kind === 'obligation') {
    const values = declared.values?.map(({ value }) => value)
    return { place, ...declaredDemand(name, args, values) }
  }
  return { place, ...builtIn(name, args) }
}

type Content = Omit<Demand, 'place'>

function declaredDemand(
  name: string,
  args: readonly (string | number | boolean)[],
  values: readonly (string | number | boolean)[] | undefined,
): Content {
  const group = `declared ${name}`
  const [value] = args
  if (values === undefined && (value === undefined || value === true))
    return { group, obligation: { kind: 'declared', name } }
  const obligation = { kind: 'declared', name, value: String(value) }
  if (values === undefined) return { group, obligation }
  return { group, obligation, rank: values.map(String).indexOf(String(value)) }
}

const TRAILS = ['basic', 'detailed']
const TIERS = ['none', 'process', 'container', 'gvisor', 'vm']
const FINALITIES = ['durable', 'witnessed']

function builtIn(name: string, args: readonly JsonValue[]): Content {
  const [first = null, second = null] = args
  const texts = args.filter((arg) => typeof arg === 'string')
  switch (name) {
    case 'redact': {
      const isField = (text: string) => text.startsWith('args.') || text.startsWith('result.')
      const patterns = once(texts.filter((text) => !isField(text)))
      return { obligation: { kind: name, fields: once(texts.filter(isField)), patterns } }
    }
    case 'mask': {
      const keep = args.find((arg) => typeof arg === 'number') ?? 0
      return { obligation: { kind: name, fields: once(texts), keep } }
    }
    case 'max_rows':
      return { group: name, rank: -Number(first), obligation: { kind: name, rows: first } }
    case 'max_bytes':
      return { group: name, rank: -Number(first), obligation: { kind: name, bytes: first } }
    case 'rate_limit':
      return { obligation: { kind: name, calls: first, perMs: second } }
    case 'spend':
      return { obligation: { kind: name, budget: first, amount: second } }
    case 'label':
    case 'label_marked':
      return { obligation: { kind: 'label', labels: once(texts), marked: name !== 'label' } }
    case 'audit_trail':
      return setting(name, { detail: first }, TRAILS)
    case 'sandbox_tier':
      return setting(name, { tier: first }, TIERS)
    case 'finality':
      return setting(name, { finality: first }, FINALITIES)
    case 'witnessed':
      return setting('finality', { finality: 'witnessed' }, FINALITIES)
    case 'step_up': {
      const withinMs = second ?? 15 * 60_000
      const obligation = { kind: name, method: first, withinMs }
      return { group: `step_up ${String(first)}`, rank: -Number(withinMs), obligation }
    }
  }
  return assert.fail(`no obligation ${name}`)
}

function setting(kind: string, content: JsonObject, ranks: readonly string[]): Content {
  const [value] = Object.values(content)
  return { group: kind, rank: ranks.indexOf(String(value)), obligation: { kind, ...content } }
}

function once(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}

/** Obligations are the same when they say the same, in whatever order. */
export function contentOf(record: unknown): string {
  return JSON.stringify(Object.entries(Object(record)).sort())
}
