import type { Orders } from '../check/orders.ts'
import type { RuleRef } from '../decision.ts'
import type { Clause } from '../evaluate/compiled.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import { scopeOf } from '../evaluate/scope.ts'
import { FALSE, TRUE } from '../evaluate/truth.ts'
import { MAX_VISITS } from '../language/bounds.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Expression } from '../language/syntax.ts'
import type { Known } from './known.ts'
import { BeyondBounds, isPartlyUnknown, isUnknown } from './known.ts'
import { reduce } from './partial.ts'
import type { Residual } from './residual.ts'
import { LEFT_OUT } from './residual.ts'
import { constant } from './simplify.ts'
import { visitsOf } from './visits.ts'

/** A clause that could not be carried into the plan; it counts as unknown for everything. */
export interface LeftOut {
  readonly source: RuleRef
  readonly message: string
}

/** Reduces clauses, each once however many rules share it, and notes which could not be. */
export class Clauses {
  readonly leftOut: LeftOut[] = []
  private readonly known: Known
  private labels: readonly (readonly string[])[] | undefined
  private readonly reduced = new Map<Expression, Residual>()

  constructor(known: Known) {
    this.known = known
  }

  residualOf(clause: Clause): Residual {
    const { node, ref } = clause
    const present = this.reduced.get(node)
    if (present !== undefined) return present
    let residual = LEFT_OUT
    try {
      residual = this.reduce(clause)
    } catch (error) {
      if (!(error instanceof BeyondBounds)) throw error
      this.leftOut.push({ source: ref, message: error.message })
    }
    this.reduced.set(node, residual)
    return residual
  }

  /** The orders are those of the whole set: the same for every clause. */
  private labelsOf(orders: Orders): readonly (readonly string[])[] {
    this.labels ??= orders.names().map((name) => orders.labelsOf(name) ?? [])
    return this.labels
  }

  private reduce(clause: Clause): Residual {
    const { known } = this
    if (!readsUnknown(clause.node, known)) {
      const truth = evaluate(clause, scopeOf(known.attributes))
      return constant(truth === TRUE ? true : truth === FALSE ? false : undefined)
    }
    if (visitsOf(clause.node, known) > MAX_VISITS)
      throw new BeyondBounds(`it could look at more than ${MAX_VISITS} elements`)
    return reduce(clause.node, { known, orders: this.labelsOf(clause.orders) })
  }
}

function readsUnknown(node: Expression, known: Known): boolean {
  if (node.kind !== 'path') return partsOf(node).some((part) => readsUnknown(part, known))
  const path = [node.root.text, ...node.names.map(({ text }) => text)]
  return isUnknown(path, known) || isPartlyUnknown(path, known)
}
