import type { Head } from '../check/checked.ts'
import type {
  Clause,
  CompiledRequirement,
  CompiledRule,
  CompiledSet,
} from '../evaluate/compiled.ts'
import type { Expression } from '../language/syntax.ts'

/** What of a rule decides, with the conditions that have to be true together. */
export interface RuleShape {
  readonly kind: 'allow' | 'deny' | 'require'
  readonly policy: string
  readonly heads: readonly Head[]
  /** When it applies; always, when there are none. */
  readonly guards: readonly Expression[]
  /** What it demands beyond that: of a requirement, or of the requirements that bind an allow. */
  readonly demands: readonly Expression[]
  readonly orders: Clause['orders'] | undefined
}

/** Of the rules that have a say; those in observe mode have none. */
export function shapesOf({ enforced }: CompiledSet): readonly RuleShape[] {
  return [
    ...enforced.rules.map((rule) => {
      const demands = rule.requirements.flatMap(({ predicates }) => predicates)
      return shapeOf(rule, demands)
    }),
    ...enforced.requirements.map((rule) => shapeOf(rule, rule.predicates)),
  ]
}

function shapeOf(
  { kind, ref, heads, guards }: CompiledRule | CompiledRequirement,
  demands: readonly Clause[],
): RuleShape {
  const orders = [...guards, ...demands][0]?.orders
  const nodes = { guards: guards.map(nodeOf), demands: demands.map(nodeOf) }
  return { kind, policy: ref.policy, heads, ...nodes, orders }
}

function nodeOf({ node }: Clause): Expression {
  return node
}
