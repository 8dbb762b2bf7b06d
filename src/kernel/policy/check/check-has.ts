import type { Diagnostics } from '../language/diagnostics.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Expression } from '../language/syntax.ts'

/**
 * Refuses `has` where a missing attribute would open something: under a negation in the guard of an
 * allow or in a requirement. So leaving an attribute out never makes one of these hold.
 */
export function checkHas(condition: Expression, diagnostics: Diagnostics): void {
  visit(condition, 'true', diagnostics)
}

/** Which outcome of an expression can make the whole condition true. */
type Helpful = 'true' | 'false' | 'either'

const NEGATED: Readonly<Record<Helpful, Helpful>> = {
  true: 'false',
  false: 'true',
  either: 'either',
}

function visit(node: Expression, helpful: Helpful, diagnostics: Diagnostics): void {
  if (node.kind === 'has' && helpful !== 'true')
    diagnostics.error({
      at: node,
      message: 'a missing attribute must not open anything: `has` is negated here',
      hint: 'say it as a rule of its own: `deny: … if … has …`',
    })
  const parts = partsOf(node)
  if (parts.length === 0) return
  const within = helpfulWithin(node, helpful)
  for (const part of parts) visit(part, within, diagnostics)
}

function helpfulWithin(node: Expression, helpful: Helpful): Helpful {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'lambda':
      return helpful
    case 'not':
      return NEGATED[helpful]
    case 'call':
      return node.name.text === 'none' ? NEGATED[helpful] : helpful
    default:
      return 'either'
  }
}
