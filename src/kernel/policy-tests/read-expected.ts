import type { Effect, Reason } from '../policy/decision.ts'
import type { Source, Span } from '../policy/language/source.ts'
import { positionOf } from '../policy/language/source.ts'
import type { Located } from './located.ts'
import type { Shape } from './shape.ts'
import { Unreadable } from './shape.ts'
import type { Expected } from './suite.ts'

const EFFECTS: readonly Effect[] = ['allow', 'allow_with_conditions', 'require_approval', 'deny']
const REASONS: readonly Reason[] = [
  ...(['allowed', 'approval_required', 'explicit_deny', 'deny_on_error'] as const),
  ...(['requirement_unmet', 'obligation_conflict', 'default_deny', 'nothing_loaded'] as const),
]

/** Which cells an expectation is about: an axis that it does not name it is about in full. */
export const AXES = ['principal', 'operation', 'resource', 'args'] as const
export type Axis = (typeof AXES)[number]

export interface Expectation {
  readonly at: Span
  readonly about: Partial<Record<Axis, readonly (readonly [name: string, at: Span])[]>>
  readonly expected: Expected
}

const OUTCOME = ['effect', 'reason', 'obligations', 'approvals', 'rule', 'error'] as const

/** `deny`, one record, or a list of records. */
export function readExpectations(
  node: Located,
  shape: Shape,
  source: Source,
): readonly Expectation[] {
  const items = node.kind === 'list' ? node.items : [node]
  const read = items.flatMap(
    (item) => shape.attempt(() => readExpectation(item, shape, source)) ?? [],
  )
  // With one missing, cells would seem to have none.
  if (read.length < items.length) throw new Unreadable('an expectation could not be read')
  return read
}

function readExpectation(node: Located, shape: Shape, source: Source): Expectation {
  const at = { ...positionOf(source, node.at.start), file: source.file }
  if (node.kind === 'scalar')
    return {
      ...{ at: node.at, about: {} },
      expected: { effects: [shape.word(node, 'effect', EFFECTS)], at },
    }
  const found = shape.members(node, 'an expectation', [...AXES, ...OUTCOME])
  const { reason, obligations, approvals, rule, error } = found
  const effect =
    found.effect ??
    shape.fail(node.at, 'an expectation has an `effect`', `one of ${EFFECTS.join(', ')}`)
  const about: Expectation['about'] = {}
  for (const axis of AXES) {
    const names = found[axis]
    if (names !== undefined) Object.assign(about, { [axis]: shape.texts(names, `\`${axis}\``) })
  }
  const texts = (list: Located, what: string) => shape.texts(list, what).map(([text]) => text)
  return {
    ...{ at: node.at, about },
    expected: {
      effects: [shape.word(effect, 'effect', EFFECTS)],
      ...(reason && { reason: shape.word(reason, 'reason', REASONS) }),
      ...(obligations && { obligations: texts(obligations, '`obligations`') }),
      ...(approvals && { approvals: texts(approvals, '`approvals`') }),
      ...(rule && { rules: texts(rule, '`rule`') }),
      ...(error && { error: readError(error, shape) }),
      at,
    },
  }
}

/** A part of a message, or whether there is one. */
function readError(node: Located, shape: Shape): string | boolean {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  return shape.text(node, '`error`')
}
