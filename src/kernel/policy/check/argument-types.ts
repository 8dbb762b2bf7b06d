import type { Head } from './checked.ts'
import type { RecordOf, Type } from './types.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * The types that hold where a rule is evaluated: those of the roots, and of `args` for each
 * operation that the rule is about. One set of types when the operations declare none.
 */
export function argumentTypes(
  heads: readonly Head[] | undefined,
  { types, operations }: Vocabulary,
): readonly ReadonlyMap<string, Type>[] {
  if (operations.size === 0) return [types]
  const declared = new Set<RecordOf>()
  for (const { operation } of heads ?? []) {
    const args = operation.kind === 'exact' ? operations.get(operation.text) : undefined
    if (args !== undefined) declared.add(args)
  }
  if (declared.size === 0) return [types]
  return [...declared].map(
    (args) => new Map<string, Type>([...types, ['args', args], ['input', args]]),
  )
}
