import { AUDIT_TRAILS, FINALITIES, SANDBOX_TIERS } from '../../obligations/obligation.ts'
import { ANNOTATIONS } from '../check/annotations.ts'
import { METHODS, RESOURCE_ROOTS, ROOTS } from '../check/builtins.ts'
import { APPROVAL_SETTINGS } from '../check/read-approval.ts'
import { TYPE_NAMES } from '../check/types.ts'
import { ATTACHABLE, QUANTIFIERS } from '../language/syntax.ts'
import type { DeclaredKind, Typed } from './declared.ts'
import type { EditedSet } from './edited-set.ts'
import { own } from './word-at.ts'
import * as words from './words.ts'

export interface Completion {
  readonly label: string
  readonly kind: DeclaredKind | 'word' | 'label' | 'attribute' | 'function' | 'element' | 'pattern'
  /** A few words beside it. */
  readonly detail?: string
  readonly about?: string
  /** What is written instead of the label; `$1` and `${1:text}` are places to fill in. */
  readonly insert?: string
}

type Offer = readonly Completion[]

const word = (table: Readonly<Record<string, string>>) => (label: string) => {
  const about = own(table, label)
  return { label, kind: 'word', ...(about === undefined ? {} : { about }) } as const
}

const BLOCKS: Readonly<Record<string, string>> = {
  policy: 'policy ${1:name} {\n  $0\n}',
  order: 'order ${1:name} { ${2:low} < ${3:high} }',
  class: 'class ${1:name} = [$0]',
  'resource class': 'resource class ${1:name} = [$0]',
  approval: 'approval ${1:name} {\n  approver: role("${2:supervisor}"),\n  ttl: ${3:15m}\n}',
  obligation: 'obligation ${1:name}',
  type: 'type ${1:user} {\n  $0\n}',
  operation: 'operation ${1:server.tool} { $0 }',
}

export const BEGINNINGS: Offer = Object.entries(BLOCKS).map(([label, insert]) => ({
  ...word(words.DECLARING)(label.split(' ')[0] ?? label),
  ...{ label, insert },
}))

export const RULES: Offer = Object.keys(words.RULES).map((label) => ({
  ...word(words.RULES)(label),
  insert: label === 'require' ? 'require: ${1:redact("email")}' : `${label}: $0`,
}))

export const GUARDS: Offer = ['if', 'unless', 'when'].map(word(words.JOINING))
export const FOR: Offer = ['for'].map(word(words.JOINING))
export const IN: Offer = ['in'].map(word(words.JOINING))
export const AFTER: Offer = ['after'].map(word(words.JOINING))
export const RELATING: Offer = ['in', 'has', 'like', 'during'].map(word(words.JOINING))
export const ATTACHING: Offer = ATTACHABLE.map((label) => ({
  ...word(words.ATTACHED)(label),
  insert: `${label}("$1")`,
}))
export const TRUTHS: Offer = ['true', 'false'].map(word(words.JOINING))
export const SETTINGS: Offer = APPROVAL_SETTINGS.map((label) => ({
  ...word(words.APPROVED)(label),
  insert: `${label}: $0`,
}))
export const APPROVERS: Offer = Object.keys(words.APPROVING).map((label) => ({
  ...word(words.APPROVING)(label),
  insert: `${label}("$1")`,
}))
export const NOT: Offer = ['requester', 'nobody'].map(word({}))

export function annotations(on: 'policy' | 'rule'): Offer {
  return ANNOTATIONS[on].map((label) => ({
    ...word(words.ANNOTATED)(label),
    insert: label === 'mode' ? 'mode("observe")' : `${label}("$1")`,
  }))
}

export function declared({ declared }: EditedSet, kind: DeclaredKind): Offer {
  return declared.names(kind).map((label) => ({ label, kind, detail: kind }))
}

/** What stands for operations in a target: dotted names as they are, others declared. */
export function operations(set: EditedSet): Offer {
  return [...declared(set, 'class'), ...declared(set, 'operation')]
}

export function resources(set: EditedSet): Offer {
  return [...declared(set, 'resource class'), ...RESOURCE_ROOTS.map(word(words.READ))]
}

export function types(set: EditedSet): Offer {
  return [...TYPE_NAMES.map(word(words.TYPED)), ...declared(set, 'order')]
}

export function untypedRoots({ declared }: EditedSet): Offer {
  return ROOTS.filter((root) => !declared.has('root', root)).map(word(words.READ))
}

/** What a `require` may demand by name. */
export function demands(set: EditedSet): Offer {
  const builtIn = [...set.builtIn.registry].map(([label, { call, setting, usage }]): Completion => {
    const insert =
      call === undefined ? `${label} = $0` : call([]).kind === 'problem' ? `${label}($0)` : label
    return {
      label,
      kind: 'obligation',
      detail: 'obligation',
      about: usage,
      ...((setting ?? call) ? { insert } : {}),
    }
  })
  return [...builtIn, ...declared(set, 'obligation'), ...declared(set, 'approval')]
}

export function demandNames(set: EditedSet): Offer {
  return demands(set).map((offer) => ({ ...offer, insert: `${offer.label}: $0` }))
}

const VALUES = new Map<string, readonly string[]>([
  ['audit_trail', AUDIT_TRAILS],
  ['sandbox_tier', SANDBOX_TIERS],
  ['finality', FINALITIES],
])

/** What an obligation may be set to; the truth, where it takes no value. */
export function values({ declared }: EditedSet, name: string, quoted: boolean): Offer {
  const own = declared.find('obligation', name).flatMap(({ node }) => {
    return node.kind === 'obligation' ? (node.values ?? []).map(({ value }) => value) : []
  })
  const all = [...(VALUES.get(name) ?? []), ...own]
  if (all.length === 0) return quoted ? [] : TRUTHS.slice(0, 1)
  const detail = `value of ${name}`
  return all.flatMap((value): Offer => {
    const label = JSON.stringify(value)
    if (!quoted) return [{ label, kind: 'label', detail }]
    return typeof value === 'string'
      ? [{ label: value, kind: 'label', detail, insert: label.slice(1, -1) }]
      : []
  })
}

/** What a condition may begin with. */
export function operands(elements: readonly string[]): Offer {
  return [
    ...elements.map((label): Completion => ({ label, kind: 'element', detail: 'element' })),
    ...ROOTS.map((label): Completion => ({ ...word(words.READ)(label), kind: 'root' })),
    ...QUANTIFIERS.map(
      (label): Completion => ({
        ...word(words.QUANTIFYING)(label),
        ...{ kind: 'function', insert: `${label}(\${1:list}, |\${2:x}| $0)` },
      }),
    ),
    ...TRUTHS,
  ]
}

/** Attributes that a value is declared to have, and what it can be asked. */
export function members(of: readonly Typed[]): Offer {
  const attributes = of.flatMap(({ type }) => (type.kind === 'record' ? type.fields : []))
  const names = new Map(attributes.map((field) => [field.name.text, field]))
  const isRecord = of.some(({ type }) => type.kind === 'record')
  const fields = [...names].map(([label, { optional }]): Completion => {
    return { label, kind: 'attribute', detail: optional ? 'may be missing' : 'attribute' }
  })
  const methods = [...METHODS].map(([label, { args }]): Completion => {
    const insert = args.length === 0 ? `${label}()` : `${label}($0)`
    return { ...word(words.CALLED)(label), kind: 'function', insert }
  })
  return isRecord ? fields : [...fields, ...methods]
}

/** Labels that may stand beside a value: those of its order, or of all orders. */
export function labels({ declared }: EditedSet, beside: readonly Typed[], quoted: boolean): Offer {
  const named = beside.flatMap(({ type }) => (type.kind === 'named' ? [type.name] : []))
  const orders = beside.length > 0 ? named : declared.names('order')
  return orders.flatMap((order) =>
    declared.labelsOf(order).map((label): Completion => {
      const insert = JSON.stringify(label)
      const detail = `label of ${order}`
      if (quoted) return { label, kind: 'label', detail, insert: insert.slice(1, -1) }
      return { label: insert, kind: 'label', detail }
    }),
  )
}
