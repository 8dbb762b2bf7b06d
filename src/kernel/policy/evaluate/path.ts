import type { JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import type { Span } from '../language/source.ts'
import type { Name, PathNode } from '../language/syntax.ts'
import { type AttributeTable, NO_PARENT, rootName } from './attribute-table.ts'
import { below, lookUp, own } from './read-attribute.ts'
import type { Condition, FAILED, Operand, Scope } from './scope.ts'
import { ABSENT, fail, truthWithout, typeName } from './scope.ts'
import { ERROR, FALSE, TRUE } from './truth.ts'

/** Attributes below a root of the request. `input` is another word for `args`. */
export function rootPath(path: PathNode, table?: AttributeTable): Operand {
  const root = rootName(path.root.text)
  const names = path.names.map(({ text }) => text)
  const slot = table?.attribute({ root, names }).slot ?? NO_PARENT
  return (scope) => {
    const { reads } = scope
    const value =
      reads !== undefined && reads.table === table
        ? reads.read(slot)
        : lookUp(scope, { root, names })
    return value === ABSENT ? missing(path, own(scope.attributes, root), scope) : value
  }
}

/** Attributes below the element that the quantifier at `depth` has at hand. */
export function elementPath(path: PathNode, depth: number): Operand {
  const names = path.names.map(({ text }) => text)
  return (scope) => {
    const start = scope.elements[depth]
    return below(start, names) ?? missing(path, start, scope)
  }
}

/** `subject has a.b`: the one test for which a missing attribute is false. */
export function has(subject: Operand, names: readonly Name[], at: Span): Condition {
  return (scope) => {
    const start = subject(scope)
    if (typeof start === 'symbol') return truthWithout(start)
    let value: JsonValue | undefined = start
    for (const { text } of names) {
      if (!isJsonObject(value)) {
        fail(scope, at, `expected a record, found ${typeName(value)}`)
        return ERROR
      }
      value = own(value, text)
      if (value === undefined || value === null) return FALSE
    }
    return TRUE
  }
}

/** Says where the path broke off. */
function missing(path: PathNode, start: JsonValue | undefined, scope: Scope): typeof FAILED {
  let value = start
  const passed = [path.root]
  for (const name of path.names) {
    if (value === undefined || value === null) break
    if (!isJsonObject(value)) {
      const found = `\`${pathText(passed)}\` is ${typeName(value)}`
      return fail(scope, name, `${found} and has no attribute \`${name.text}\``)
    }
    value = own(value, name.text)
    passed.push(name)
  }
  const end = passed.at(-1)?.end ?? path.end
  const at = { start: path.root.start, end }
  return fail(scope, at, `no attribute \`${pathText(passed)}\``)
}

function pathText(path: readonly Name[]): string {
  return path.map(({ text }) => text).join('.')
}
