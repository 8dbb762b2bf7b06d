import { nearest } from '../../text/nearest.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Pattern } from '../language/pattern.ts'
import { EVERY, intersection } from '../language/pattern.ts'
import type { Span } from '../language/source.ts'
import type { Attachment, Expression, Glob } from '../language/syntax.ts'
import { ATTACHABLE } from '../language/syntax.ts'
import { RESOURCE_FAMILIES } from './builtins.ts'
import type { Head } from './checked.ts'
import { starPattern } from './patterns.ts'
import type { Conjunct } from './vocabulary.ts'

/** What a policy is attached to, by its `for` or by the folder that its file stands in. */
export interface Attached {
  /** On who asks. */
  readonly conditions: readonly Conjunct[]
  /** On what is asked: for each attachment the operations and resources, one of which is meant. */
  readonly scopes: readonly (readonly Scope[])[]
}

const ANYWHERE: Attached = { conditions: [], scopes: [] }

type Scope = Pick<Head, 'operation' | 'resource'>

type Attachable = (typeof ATTACHABLE)[number]

export function readAttachments(
  attachments: readonly Attachment[],
  placement: readonly Attachment[],
  diagnostics: Diagnostics,
): Attached {
  if (attachments.length === 0 && placement.length === 0) return ANYWHERE
  const conditions: Conjunct[] = []
  const scopes: (readonly Scope[])[] = []
  for (const attachment of [...placement, ...attachments]) {
    const placed = placement.includes(attachment)
    const to = attachable(attachment, diagnostics)
    if (to === undefined) continue
    const names = attachment.names.map(({ text }) => `"${text}"`).join(', ')
    const from = placed ? `placed in \`${to}/\` for ${names}` : `for ${to}(${names})`
    const { source } = diagnostics
    if (isPrincipal(to)) {
      // `*-bot` would be the name of nobody, and a deny for nobody protects nothing.
      for (const glob of attachment.names) starPattern(glob, 'an attachment', diagnostics)
      conditions.push({ source, node: membership(to, attachment), from })
    } else scopes.push(attachment.names.flatMap((glob) => scopesOf(to, glob, diagnostics)))
  }
  return { conditions, scopes }
}

/** The heads as far as they are about what the policy is attached to. */
export function attach(heads: readonly Head[], attached: Attached): readonly Head[] {
  const { conditions, scopes } = attached
  let narrowed = heads
  for (const alternatives of scopes)
    narrowed = narrowed.flatMap((head) => alternatives.flatMap((scope) => within(head, scope)))
  if (conditions.length === 0) return narrowed
  return narrowed.map((head) => ({ ...head, conditions: [...conditions, ...head.conditions] }))
}

function within(head: Head, scope: Scope): readonly Head[] {
  const operation = intersection(head.operation, scope.operation)
  const resource = intersection(head.resource, scope.resource)
  return operation === undefined || resource === undefined ? [] : [{ ...head, operation, resource }]
}

/** `agents/sales/base.policy` below the directory of policies is attached to the agent `sales`. */
export function placementOf(file: string, diagnostics: Diagnostics): readonly Attachment[] {
  const folders = file.split('/').slice(1, -1)
  const found: Attachment[] = []
  // By pairs: in `agents/tools/tools/github/` the agent has the name of a kind of attachment.
  for (let index = 0; index < folders.length; index++) {
    const folder = folders[index] ?? ''
    if (!isAttachable(folder)) continue
    index++
    const name = folders[index]
    const at = { start: 0, end: 0 }
    if (name === undefined) {
      const hint = `a file in \`${folder}/\` stands in a folder with a name: \`${folder}/NAME/\``
      diagnostics.error({ at, message: `for which of the ${folder} is this?`, hint })
    } else
      found.push({
        ...at,
        to: { text: folder, ...at },
        names: [{ text: name, quoted: true, ...at }],
      })
  }
  return found
}

function isAttachable(text: string): text is Attachable {
  return ATTACHABLE.some((it) => it === text)
}

function attachable({ to }: Attachment, diagnostics: Diagnostics): Attachable | undefined {
  if (isAttachable(to.text)) return to.text
  const near = nearest(to.text, ATTACHABLE)
  const hint =
    near === undefined ? `there are ${ATTACHABLE.join(', ')}` : `did you mean \`${near}\`?`
  diagnostics.error({ at: to, message: `a policy is not for \`${to.text}\``, hint })
  return undefined
}

const PRINCIPALS = ['agents', 'roles', 'teams', 'spaces'] as const
type PrincipalKind = (typeof PRINCIPALS)[number]

function isPrincipal(to: Attachable): to is PrincipalKind {
  return PRINCIPALS.some((it) => it === to)
}

const READS: Readonly<Record<PrincipalKind, readonly [string, string]>> = {
  agents: ['agent', 'id'],
  roles: ['principal', 'roles'],
  teams: ['principal', 'team'],
  spaces: ['principal', 'space'],
}

/** The attachment as a condition: one of the names is that of who asks. */
function membership(to: PrincipalKind, { names, ...at }: Attachment): Expression {
  const operands = names.map((glob) => test(to, glob, at))
  const [only] = operands
  return operands.length === 1 && only !== undefined ? only : { kind: 'or', operands, ...at }
}

function test(to: PrincipalKind, { text }: Glob, { start, end }: Span): Expression {
  const at = { start, end }
  const [root, name] = READS[to].map((it) => ({ text: it, ...at }))
  if (root === undefined || name === undefined) throw new Error('a path has a root and a name')
  const path: Expression = { kind: 'path', root, names: [name], ...at }
  const literal: Expression = { kind: 'literal', value: text, ...at }
  if (to !== 'roles') return named(path, text, at)
  if (!text.endsWith('*'))
    return {
      kind: 'method',
      receiver: path,
      name: { text: 'contains', ...at },
      args: [literal],
      ...at,
    }
  const parameter = { text: 'role', ...at }
  const element: Expression = { kind: 'path', root: parameter, names: [], ...at }
  const body = named(element, text, at)
  const lambda: Expression = { kind: 'lambda', parameter, body, ...at }
  return { kind: 'call', name: { text: 'any', ...at }, args: [path, lambda], ...at }
}

function named(subject: Expression, text: string, at: Span): Expression {
  if (!text.endsWith('*'))
    return {
      ...{ kind: 'comparison', operator: '==', left: subject },
      right: { kind: 'literal', value: text, ...at },
      ...at,
    }
  const beginning = text.slice(0, -1).replaceAll(/[*\\]/gu, (mark) => `\\${mark}`)
  return { kind: 'like', subject, pattern: `${beginning}*`, ...at }
}

/** A tool's server alone stands for all its tools. */
function scopesOf(to: Attachable, glob: Glob, diagnostics: Diagnostics): readonly Scope[] {
  const pattern = starPattern(glob, 'an attachment', diagnostics)
  if (pattern === undefined) return []
  if (to in RESOURCE_FAMILIES) {
    const text = RESOURCE_FAMILIES[to as keyof typeof RESOURCE_FAMILIES]
    return [{ operation: { kind: 'prefix', text }, resource: pattern }]
  }
  const server = pattern.kind === 'exact' && !pattern.text.includes('.')
  const tools: Pattern = server ? { kind: 'prefix', text: `${pattern.text}.` } : pattern
  return [{ operation: tools, resource: EVERY }]
}
