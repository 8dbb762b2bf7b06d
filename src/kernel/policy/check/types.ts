import { unreachable } from '../../errors.ts'
import type { FieldType, RecordType } from '../language/syntax.ts'

export type TypeKind = Type['kind']

/** What is known of a value without a request. */
export type Type =
  | { readonly kind: 'any' | 'boolean' | 'number' | 'string' }
  /** A string that is a label of one order. */
  | { readonly kind: 'label'; readonly order: string }
  | { readonly kind: 'list'; readonly element: Type }
  | RecordOf

export interface RecordOf {
  readonly kind: 'record'
  readonly fields: ReadonlyMap<string, FieldOf>
  /** It may hold attributes that are not declared. */
  readonly open: boolean
}

export interface FieldOf {
  readonly type: Type
  readonly optional: boolean
}

export const ANY: Type = { kind: 'any' }
export const BOOLEAN: Type = { kind: 'boolean' }
export const NUMBER: Type = { kind: 'number' }
export const STRING: Type = { kind: 'string' }
export const LIST: Type = { kind: 'list', element: ANY }

const NAMED: ReadonlyMap<string, Type> = new Map([
  ['any', ANY],
  ['bool', BOOLEAN],
  ['number', NUMBER],
  ['string', STRING],
])

/** Names of the types that need no declaration. */
export const TYPE_NAMES: readonly string[] = [...NAMED.keys()]

/** The type that a declaration spells out; any other name than the known ones is an order's. */
export function typeOf(node: FieldType): Type {
  switch (node.kind) {
    case 'named':
      return NAMED.get(node.name) ?? { kind: 'label', order: node.name }
    case 'list':
      return { kind: 'list', element: typeOf(node.element) }
    case 'record':
      return recordOf(node)
    default:
      return unreachable(node)
  }
}

export function recordOf({ fields, open }: RecordType): RecordOf {
  const known = fields.map(
    ({ name, type, optional }) => [name.text, { type: typeOf(type), optional }] as const,
  )
  return { kind: 'record', fields: new Map(known), open }
}

/** May a value of one type be one of the other? */
export function compatible(a: Type, b: Type): boolean {
  if (a.kind === 'any' || b.kind === 'any') return true
  if (a.kind === 'label' && b.kind === 'label') return a.order === b.order
  if (a.kind === 'list' && b.kind === 'list') return compatible(a.element, b.element)
  return baseOf(a) === baseOf(b)
}

function baseOf({ kind }: Type): TypeKind {
  return kind === 'label' ? 'string' : kind
}

/** A type as messages name it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'any value'
    case 'label':
      return `a label of \`${type.order}\``
    default:
      return `a ${type.kind}`
  }
}
