import type { JsonValue } from '../../json/value.ts'
import type { Operand, Residual } from './residual.ts'

/** Nodes of a residual, with the items of its lists and the labels of its orders. */
export function sizeOf(node: Residual | Operand): number {
  let size = 1
  for (const [name, part] of Object.entries(node)) size += sizeOfPart(name, part)
  return size
}

function sizeOfPart(name: string, part: unknown): number {
  if (name === 'value') return itemsIn(part as JsonValue)
  if (name === 'orders') return (part as readonly string[][]).flat().length
  if (Array.isArray(part)) return part.reduce((sum, it) => (isNode(it) ? sum + sizeOf(it) : sum), 0)
  if (name === 'filter') return sizeOf((part as { where: Residual }).where)
  return isNode(part) ? sizeOf(part) : 0
}

function itemsIn(value: JsonValue): number {
  return Array.isArray(value) ? value.length : 0
}

function isNode(part: unknown): part is Residual | Operand {
  return typeof part === 'object' && part !== null && 'op' in part
}
