import type { Span } from '../language/source.ts'
import type { PolicyFile, PolicyNode } from '../language/syntax.ts'
import type { Tokens } from './operators.ts'

/** A stretch of tokens, `to` not included. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface Item extends Range {
  /** Where its own words begin, after the annotations. */
  readonly head: number
}

/** Where everything of a file stands, in indices of tokens. */
export interface Outline {
  readonly items: readonly (DeclarationItem | PolicyItem)[]
}

export interface DeclarationItem extends Item {
  readonly kind: 'declaration'
}

export interface PolicyItem extends Item {
  readonly kind: 'policy'
  /** Its opening brace. */
  readonly open: number
  readonly rules: readonly Item[]
}

export function outlineOf(tree: PolicyFile, tokens: Tokens): Outline {
  const indices = new Map(tokens.list.map(({ start }, index) => [start, index]))
  const itemOf = ({ start }: Span, to: number): Item => {
    const from = indices.get(start) ?? 0
    return { from, to, head: tokens.skipAnnotations(from) }
  }
  const policyOf = (node: PolicyNode, to: number): PolicyItem => {
    const item = itemOf(node, to)
    const starts = [...node.rules.map(({ start }) => indices.get(start) ?? 0), to - 1]
    const rules = node.rules.map((rule, index) => itemOf(rule, starts[index + 1] ?? to - 1))
    return { kind: 'policy', ...item, open: tokens.find('{', item.head), rules }
  }
  const nodes = [
    ...tree.declarations.map((node) => ({ node, policy: undefined })),
    ...tree.policies.map((node) => ({ node, policy: node })),
  ].sort((a, b) => a.node.start - b.node.start)
  const starts = [...nodes.map(({ node }) => indices.get(node.start) ?? 0)]
  const end = tokens.list.length - 1
  const items = nodes.map(({ node, policy }, index): DeclarationItem | PolicyItem => {
    const to = starts[index + 1] ?? end
    return policy === undefined
      ? { kind: 'declaration', ...itemOf(node, to) }
      : policyOf(policy, to)
  })
  return { items }
}

/** The stretches that may have clauses: declarations, heads of policies, and rules. */
export function clausedRanges({ items }: Outline): readonly Range[] {
  return items.flatMap((item) =>
    item.kind === 'declaration'
      ? [{ from: item.head, to: item.to }]
      : [
          { from: item.head, to: item.open },
          ...item.rules.map(({ head, to }) => ({ from: head + RULE_WORD, to })),
        ],
  )
}

/** `allow` and its colon. */
export const RULE_WORD = 2
