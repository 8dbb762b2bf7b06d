import type { Located } from './located.ts'
import type { Shape } from './shape.ts'

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/u

/** `2026-11-21T09:30:00Z`, in milliseconds since the epoch. Without a zone it means nothing. */
export function readTime(node: Located, shape: Shape): number {
  const text = shape.text(node, '`now`')
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(time)) return time
  return shape.fail(node.at, `\`${text}\` is no time`, 'write `2026-11-21T09:30:00Z`')
}
