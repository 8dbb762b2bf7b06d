import assert from 'node:assert/strict'
import type {
  Attachment,
  ClassNode,
  Declaration,
  Expression,
  Glob,
  TargetPattern,
} from '../../../src/kernel/policy/language/syntax.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import type { World } from './expression.ts'
import { condition } from './expression.ts'
import type { Outcome } from './outcome.ts'
import { all, any } from './outcome.ts'

/** What is asked, and what the names in a target stand for. */
export interface Asked extends World {
  readonly request: PolicyRequest
  readonly declarations: readonly Declaration[]
}

/** Is a rule with this target, or with none, about the request? Undefined: not by its names. */
export function about(
  target: readonly TargetPattern[] | undefined,
  attachments: readonly Attachment[],
  asked: Asked,
): Outcome | undefined {
  const attached = attachments.map((attachment) => attachedTo(attachment, asked))
  const targets = (target ?? [EVERYTHING]).map((pattern) => targeted(pattern, asked))
  const [named, conditions] = [targets, attached].map((them) => them.filter(isNamed))
  assert.ok(named !== undefined && conditions !== undefined)
  if (named.length === 0 || conditions.length < attached.length) return undefined
  return all([...conditions, any(named)])
}

const NOWHERE = { start: 0, end: 0 }
const EVERYTHING: TargetPattern = {
  operation: { text: '*', quoted: false, ...NOWHERE },
  ...NOWHERE,
}

function isNamed(outcome: Outcome | undefined): outcome is Outcome {
  return outcome !== undefined
}

/** Undefined where the names do not match; else what the conditions of its classes say. */
function targeted({ operation, args }: TargetPattern, asked: Asked): Outcome | undefined {
  const { request } = asked
  const [resource] = args ?? []
  const operations = meant(operation, request.operation, asked.declarations.filter(isClass))
  const resources =
    resource === undefined
      ? []
      : meant(resource, request.resource.id, asked.declarations.filter(isResourceClass))
  if (operations === undefined || resources === undefined) return undefined
  return all([...operations, ...resources].map((node) => condition(node, asked)))
}

/** The conditions under which a name is meant; undefined where it is not. */
function meant(
  glob: Glob,
  name: string,
  classes: readonly ClassNode[],
): readonly Expression[] | undefined {
  const named = glob.quoted ? undefined : classes.find((it) => it.name.text === glob.text)
  const isRoot = !glob.quoted && ['data', 'datasets', 'resource', 'resources'].includes(glob.text)
  if (named === undefined) return isRoot || begins(glob.text, name) ? [] : undefined
  const { members, condition: node } = named
  if (members?.some(({ text }) => begins(text, name)) === false) return undefined
  return node === undefined ? [] : [node]
}

function isClass(node: Declaration): node is ClassNode {
  return node.kind === 'class' && node.of === 'operations'
}

function isResourceClass(node: Declaration): node is ClassNode {
  return node.kind === 'class' && node.of === 'resources'
}

function begins(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** Undefined where the names of what is acted on say no. */
function attachedTo({ to, names }: Attachment, asked: Asked): Outcome | undefined {
  const { operation, resource } = asked.request
  const one = (test: (pattern: string) => boolean) =>
    names.some(({ text }) => test(text)) ? true : undefined
  const family = (beginning: string) =>
    operation.startsWith(beginning) ? one((text) => begins(text, resource.id)) : undefined
  asked.seen(`for ${to.text}`, 'asked')
  switch (to.text) {
    case 'tools':
      return one((text) => begins(/[.*]/u.test(text) ? text : `${text}.*`, operation))
    case 'memory':
      return family('memory.')
    case 'hosts':
      return family('egress.')
    case 'models':
      return family('model.')
    case 'routes':
      return family('message.')
    case 'agents':
      return any(names.map(({ text }) => who(asked.attributes.agent, 'id', text)))
    case 'teams':
      return any(names.map(({ text }) => who(asked.attributes.principal, 'team', text)))
    case 'spaces':
      return any(names.map(({ text }) => who(asked.attributes.principal, 'space', text)))
    case 'roles':
      return any(names.map(({ text }) => inRole(asked.attributes.principal, text)))
  }
  return assert.fail(`nothing is attached to ${to.text}`)
}

function who(record: unknown, name: string, pattern: string): Outcome {
  const found = Object(record)[name]
  return typeof found === 'string' ? begins(pattern, found) : 'unknown'
}

function inRole(principal: unknown, pattern: string): Outcome {
  const roles: unknown = Object(principal).roles
  if (!Array.isArray(roles) || roles.length > 1_000) return 'unknown'
  return any(roles.map((role) => (typeof role === 'string' ? begins(pattern, role) : 'unknown')))
}

const ATTACHABLE = 'agents roles teams spaces tools memory hosts models routes'.split(' ')

/** `policies/agents/sales/x.policy`: a folder and the one in it say whom its policies are for. */
export function placementOf(file: string): readonly Attachment[] {
  const found: Attachment[] = []
  const folders = file.split('/').slice(1, -1)
  for (let to = folders.shift(); to !== undefined; to = folders.shift()) {
    if (!ATTACHABLE.includes(to)) continue
    const names = [{ text: folders.shift() ?? assert.fail(), quoted: true, ...NOWHERE }]
    found.push({ to: { text: to, ...NOWHERE }, names, ...NOWHERE })
  }
  return found
}
