/**
 * Can the conditions read `context.input`? Walks Cedar's JSON: `context` is closed where one other
 * attribute of it is read or asked for, and open wherever else it stands.
 */
export function readsInput(conditions: unknown): boolean {
  if (typeof conditions !== 'object' || conditions === null) return false
  if (Array.isArray(conditions)) return conditions.some(readsInput)
  return Object.entries(conditions).some(([operator, operand]) => {
    if (operator === 'Var') return operand === 'context'
    const attribute = operator === '.' || operator === 'has' ? contextAttribute(operand) : undefined
    return attribute === undefined ? readsInput(operand) : attribute === 'input'
  })
}

/** The attribute, when it is one of `context` itself. */
function contextAttribute(operand: unknown): string | undefined {
  if (typeof operand !== 'object' || operand === null) return undefined
  if (!('left' in operand) || !('attr' in operand)) return undefined
  const { left, attr } = operand
  if (typeof left !== 'object' || left === null) return undefined
  if (!('Var' in left) || left.Var !== 'context') return undefined
  const name: unknown = Array.isArray(attr) ? attr[0] : attr
  return typeof name === 'string' ? name : undefined
}
