import { nearest } from '../../text/nearest.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { FieldType, ObligationNode, OrderNode, RecordType } from '../language/syntax.ts'
import { isPrototypeName } from './builtins.ts'
import type { Orders } from './orders.ts'
import { TYPE_NAMES } from './types.ts'
import type { ObligationSpec } from './vocabulary.ts'

export function checkOrder({ labels }: OrderNode, diagnostics: Diagnostics): void {
  const seen = new Set<string>()
  for (const label of labels) {
    if (seen.has(label.text))
      diagnostics.error({
        ...{ at: label, message: `label \`${label.text}\` stands here twice` },
        hint: 'a label has one place in its order',
      })
    seen.add(label.text)
  }
}

export function readObligation(
  { name, values }: ObligationNode,
  diagnostics: Diagnostics,
): ObligationSpec {
  if (values === undefined) return {}
  const seen = new Set<unknown>()
  for (const literal of values) {
    if (seen.has(literal.value))
      diagnostics.error({
        ...{ at: literal, message: 'this value stands here twice' },
        hint: 'values stand from weak to strict, each once',
      })
    seen.add(literal.value)
  }
  if (values.length === 0) {
    const hint = 'leave `in` out for an obligation without values'
    diagnostics.error({ at: name, message: 'the list of values is empty', hint })
  }
  return { values: values.map(({ value }) => value) }
}

/** Every type named, every attribute named once. */
export function checkRecord(
  { fields }: RecordType,
  orders: Orders,
  diagnostics: Diagnostics,
): void {
  const seen = new Set<string>()
  for (const { name, type } of fields) {
    if (seen.has(name.text))
      diagnostics.error({
        ...{ at: name, message: `attribute \`${name.text}\` stands here twice` },
        hint: 'declare it once',
      })
    if (isPrototypeName(name.text))
      diagnostics.error({
        ...{ at: name, message: `\`${name.text}\` cannot be an attribute` },
        hint: 'every object has it',
      })
    seen.add(name.text)
    checkFieldType(type, orders, diagnostics)
  }
}

function checkFieldType(type: FieldType, orders: Orders, diagnostics: Diagnostics): void {
  if (type.kind === 'record') checkRecord(type, orders, diagnostics)
  else if (type.kind === 'list') checkFieldType(type.element, orders, diagnostics)
  else if (!TYPE_NAMES.includes(type.name) && orders.labelsOf(type.name) === undefined) {
    const known = [...TYPE_NAMES, ...orders.names()]
    const near = nearest(type.name, known)
    const hint = near === undefined ? `types are ${known.join(', ')}` : `did you mean \`${near}\`?`
    diagnostics.error({ at: type, message: `unknown type \`${type.name}\``, hint })
  }
}
